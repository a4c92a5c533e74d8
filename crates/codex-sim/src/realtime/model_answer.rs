//! What the simulated model answers in a realtime session.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::answer_head::Signature;
use crate::default_answer;
use crate::exchange::{Delivery, Exchange};
use crate::failure::Failure;
use crate::inbound::Inbound;
use crate::raw::{RawContent, RawStream};
use crate::reply::Reply;
use crate::rule::Answer;
use crate::service::below_base;
use crate::socket::SocketConnection;
use crate::transport::Transport;
use crate::turn;
use crate::usage::WireUsage;
use crate::websocket::SocketPiece;

/// What the rules say to a request of a session.
pub(crate) struct ModelAnswer {
    pub(crate) content: AnswerContent,
    pub(crate) delivery: Delivery,
}

/// An answer's content.
pub(crate) enum AnswerContent {
    Reply(ModelReply),
    Failure(Failure),
    /// Events as the scenario gives them.
    Recorded(Vec<SocketPiece>),
}

/// A response's output.
pub(crate) struct ModelReply {
    pub(crate) output: Vec<Value>,
    pub(crate) usage: WireUsage,
    /// Why the response ends early.
    pub(crate) incomplete: Option<String>,
}

/// Asks the rules: `tools` and the rest of `body` are as in a request for a response.
pub(crate) fn ask(
    connection: &SocketConnection,
    body: Map<String, Value>,
    history: Vec<Value>,
) -> ModelAnswer {
    let SocketConnection { world, head, control, .. } = connection;
    let path = below_base(&head.path).to_owned();
    let nth = world.rulebook().count(&path);
    let inbound = Inbound {
        number: world.next_request(),
        nth,
        transport: Transport::Websocket,
        path,
        query: head.query.clone(),
        headers: head.headers.clone(),
        body,
        history,
        ..Inbound::default()
    };
    let signature = Signature { seed: world.settings.seed, request: inbound.number };
    let exchange = Exchange { world, signature, control: Arc::clone(control), inbound };
    let rule = exchange.rule();
    let delivery = exchange.delivery(rule.as_deref());
    let content = match rule.as_ref().map(|rule| &rule.answer) {
        Some(Answer::Fail(failure)) => AnswerContent::Failure((**failure).clone()),
        Some(Answer::Raw(raw)) => AnswerContent::Recorded(recorded(raw)),
        Some(Answer::Reply(given)) => AnswerContent::Reply(reply(&exchange, given)),
        Some(Answer::Sensible) | None => {
            let made_up = default_answer::reply(&exchange.inbound);
            AnswerContent::Reply(reply(&exchange, &made_up))
        }
    };
    ModelAnswer { content, delivery }
}

fn reply(exchange: &Exchange<'_>, reply: &Reply) -> ModelReply {
    let filled = turn::fill(exchange, reply);
    ModelReply { output: filled.output(), usage: filled.usage(), incomplete: reply.incomplete.clone() }
}

fn recorded(raw: &RawStream) -> Vec<SocketPiece> {
    match &raw.content {
        RawContent::Events(events) => {
            events.iter().map(|event| SocketPiece::Text(event.to_string().into())).collect()
        }
        RawContent::Bytes(bytes) => vec![SocketPiece::Text(bytes.clone())],
    }
}

/// The error object of a failure.
pub(crate) fn error_object(failure: &Failure) -> Value {
    json!({
        "type": failure.kind.as_deref().unwrap_or("server_error"),
        "code": failure.code,
        "message": failure.message.as_deref().unwrap_or_default(),
        "param": failure.param,
        "event_id": null,
    })
}
