//! The endpoints: one file each, and a line here.

mod cancel_response;
mod compact_response;
mod count_tokens;
mod create_response;
mod input_items;
mod models;
mod stored_response;
mod summarize_traces;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Method, Response, StatusCode};

use crate::answer_head::Head;
use crate::exchange::{Delivery, Exchange};
use crate::failure::Failure;
use crate::playback::Playback;
use crate::rule::{Answer, Rule};
use crate::script::Script;
use crate::service::Closed;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    CreateResponse,
    CountTokens,
    CompactResponse,
    StoredResponse { id: String },
    CancelResponse { id: String },
    InputItems { id: String },
    Models,
    SummarizeTraces,
}

/// The endpoint of a path below the base URL.
pub(crate) fn find(method: &Method, path: &str) -> Result<Endpoint, Box<Failure>> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (endpoint, methods) = match segments.as_slice() {
        ["responses"] => (Endpoint::CreateResponse, "POST"),
        ["responses", "input_tokens"] => (Endpoint::CountTokens, "POST"),
        ["responses", "compact"] => (Endpoint::CompactResponse, "POST"),
        ["responses", id, "cancel"] => (Endpoint::CancelResponse { id: (*id).to_owned() }, "POST"),
        ["responses", id, "input_items"] => (Endpoint::InputItems { id: (*id).to_owned() }, "GET"),
        ["memories", "trace_summarize"] => (Endpoint::SummarizeTraces, "POST"),
        ["responses", id] => (Endpoint::StoredResponse { id: (*id).to_owned() }, "GET, DELETE"),
        ["models"] => (Endpoint::Models, "GET"),
        _ => {
            let message = format!("Invalid URL ({method} {path})");
            return Err(Box::new(Failure::new(404).kind("invalid_request_error").message(message)));
        }
    };
    if methods.split(", ").any(|allowed| allowed == method.as_str()) {
        return Ok(endpoint);
    }
    let failure = Failure::new(405).kind("invalid_request_error").code("method_not_supported");
    let message = format!("Not allowed to {method} on {path}. Use {methods}.");
    Err(Box::new(failure.message(message).header("allow", methods)))
}

impl Endpoint {
    /// Whether a request must have a JSON body.
    pub(crate) fn wants_body(&self) -> bool {
        matches!(
            self,
            Self::CreateResponse | Self::CountTokens | Self::CompactResponse | Self::SummarizeTraces
        )
    }
}

/// Answers a request to an endpoint.
pub(crate) async fn answer(
    mut exchange: Exchange<'_>,
    endpoint: Endpoint,
) -> Result<Response<Playback>, Closed> {
    if endpoint == Endpoint::CreateResponse {
        return create_response::answer(exchange).await;
    }
    let rule = exchange.rule();
    let delivery = exchange.plain_delivery(rule.as_deref());
    if let Some(answer) = scripted(&exchange, rule.as_deref(), &delivery).await {
        return answer;
    }
    let plain = match endpoint {
        Endpoint::StoredResponse { id } if stored_response::wants_events(&exchange) => {
            return stored_response::resume(&exchange, &id, &delivery).await;
        }
        Endpoint::StoredResponse { id } => stored_response::answer(&exchange, &id),
        Endpoint::CancelResponse { id } => cancel_response::answer(&exchange, &id),
        Endpoint::InputItems { id } => input_items::answer(&exchange, &id),
        Endpoint::CountTokens => count_tokens::answer(&mut exchange),
        Endpoint::CompactResponse => compact_response::answer(&exchange, rule.as_deref()),
        Endpoint::SummarizeTraces => summarize_traces::answer(&exchange),
        Endpoint::Models | Endpoint::CreateResponse => Ok(models::answer(&exchange)),
    };
    match plain {
        Ok(PlainAnswer { json, headers }) => {
            let head = Head::json(StatusCode::OK, json.len()).with(Some(&headers));
            exchange.deliver(head, Script::whole(json), &delivery).await
        }
        Err(failure) => exchange.fail(&failure, &delivery).await,
    }
}

/// The answer that a rule has ready, whatever the endpoint.
pub(crate) async fn scripted(
    exchange: &Exchange<'_>,
    rule: Option<&Rule>,
    delivery: &Delivery,
) -> Option<Result<Response<Playback>, Closed>> {
    match &rule?.answer {
        Answer::Fail(failure) => Some(exchange.fail(failure, delivery).await),
        Answer::Raw(raw) => Some(create_response::replay(exchange, raw, delivery).await),
        // A reply is a response, which is an answer to a compaction only.
        Answer::Sensible | Answer::Reply(_) => None,
    }
}

/// A JSON answer with status 200.
struct PlainAnswer {
    json: Bytes,
    headers: BTreeMap<String, String>,
}
