//! The way of a handshake through the simulator: authorize, record, find the protocol, answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Request, Response};
use hyper::body::Incoming;

use crate::answer_head::{Head, Signature};
use crate::connection::ConnectionControl;
use crate::endpoints;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::inbound::Inbound;
use crate::playback::Playback;
use crate::realtime::RealtimeKind;
use crate::recorded::RecordedRequest;
use crate::rule::{Answer, Rule};
use crate::script::Script;
use crate::service::{Closed, below_base, recorded};
use crate::socket::{PendingSocket, SocketHead, SocketKind};
use crate::transport::Transport;
use crate::websocket::Handshake;
use crate::world::World;

/// Answers a handshake; the connection becomes a WebSocket when it is accepted.
pub(crate) async fn handle(
    world: &World,
    control: Arc<ConnectionControl>,
    mut request: Request<Incoming>,
    at: Duration,
) -> Result<Response<Playback>, Closed> {
    let upgrade = hyper::upgrade::on(&mut request);
    let (mut parts, _) = request.into_parts();
    let signature = Signature { seed: world.settings.seed, request: world.next_request() };
    let record = recorded(&parts);
    world.strip(&mut parts.headers);
    let authorization = world.authorize(&parts.headers, below_base(parts.uri.path()), at);
    world.journal().record(RecordedRequest {
        transport: Transport::Handshake,
        connection: control.number(),
        authorized: authorization.is_ok(),
        at,
        ..record.clone()
    });
    let mut inbound = inbound(&parts, signature.request);
    // Handshakes are counted apart, so that the first request on a connection is the first.
    inbound.nth = world.rulebook().count(&format!("{} (handshake)", inbound.path));
    let exchange = Exchange { world, signature, control: Arc::clone(&control), inbound };
    let kind = match authorization.and_then(|()| protocol(&exchange.inbound)) {
        Ok(kind) => kind,
        Err(failure) => return Ok(exchange.refuse(&failure)),
    };
    let rule = exchange.rule();
    let delivery = exchange.plain_delivery(rule.as_deref());
    if let Some(Answer::Fail(failure)) = rule.as_ref().map(|rule| &rule.answer) {
        return exchange.fail(failure, &delivery).await;
    }
    let handshake = match accept(world, &parts) {
        Ok(handshake) => handshake,
        Err(failure) => return Ok(exchange.refuse(&failure)),
    };
    let headers = answer_headers(world, rule.as_deref());
    let head = Head::upgrade().with(Some(&headers));
    let mut response = exchange.deliver(head, Script::default(), &delivery).await?;
    handshake.answer(response.headers_mut());
    let head = SocketHead {
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        recorded_headers: record.headers,
        authorization_sent: record.authorization_sent,
    };
    control.upgrade(PendingSocket { upgrade, handshake, kind, head });
    Ok(response)
}

fn inbound(parts: &Parts, number: u64) -> Inbound {
    Inbound {
        number,
        transport: Transport::Handshake,
        method: parts.method.clone(),
        path: below_base(parts.uri.path()).to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        ..Inbound::default()
    }
}

/// What is spoken at a path.
fn protocol(inbound: &Inbound) -> Result<SocketKind, Box<Failure>> {
    match inbound.path.trim_end_matches('/') {
        "/responses" => Ok(SocketKind::Responses),
        "/realtime" => realtime(inbound).map(SocketKind::Realtime),
        path => {
            let known = endpoints::find(&inbound.method, path);
            let failure = Failure::new(400).kind("invalid_request_error");
            Err(known.err().unwrap_or_else(|| Box::new(failure.message("No WebSocket is spoken here."))))
        }
    }
}

/// Which realtime protocol the query asks for.
fn realtime(inbound: &Inbound) -> Result<RealtimeKind, Box<Failure>> {
    match inbound.query("intent") {
        Some("quicksilver") => Ok(RealtimeKind::Quicksilver),
        Some("transcription") => Ok(RealtimeKind::Transcription),
        _ if inbound.query("model").is_some() || inbound.query("call_id").is_some() => {
            Ok(RealtimeKind::Conversation)
        }
        _ => {
            let message = "You must provide a model parameter.";
            Err(Box::new(Failure::invalid_request("model", message).code("missing_model")))
        }
    }
}

fn accept(world: &World, parts: &Parts) -> Result<Handshake, Box<Failure>> {
    let options = &world.settings.websocket;
    if !options.enabled {
        let failure = Failure::new(426).kind("invalid_request_error").code("websocket_not_supported");
        return Err(Box::new(failure.message("This server speaks no WebSocket. Use HTTP.")));
    }
    Handshake::read(&parts.headers, options.deflate)
}

fn answer_headers(world: &World, rule: Option<&Rule>) -> BTreeMap<String, String> {
    let mut headers = world.settings.websocket.headers.clone();
    headers.extend(rule.and_then(Rule::headers).cloned().unwrap_or_default());
    headers
}
