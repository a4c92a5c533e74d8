//! `GET` and `DELETE /responses/{id}`, and the events of a response that runs in the background.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response};
use serde_json::json;

use super::PlainAnswer;
use crate::answer_head::Head;
use crate::background::{BackgroundRun, Padding};
use crate::exchange::{Delivery, Exchange};
use crate::failure::Failure;
use crate::playback::Playback;
use crate::service::Closed;

pub(super) fn answer(exchange: &Exchange<'_>, id: &str) -> Result<PlainAnswer, Box<Failure>> {
    let mut conversations = exchange.world.conversations();
    let json = if exchange.inbound.method == Method::DELETE {
        let deleted = json!({"id": id, "object": "response", "deleted": true});
        conversations.remove(id).map(|_| Bytes::from(deleted.to_string()))
    } else {
        conversations.get(id).map(|stored| stored.object())
    };
    drop(conversations);
    let json = json.ok_or_else(|| not_found(id))?;
    Ok(PlainAnswer { json, headers: BTreeMap::new() })
}

/// Whether the request wants the events instead of the object.
pub(super) fn wants_events(exchange: &Exchange<'_>) -> bool {
    exchange.inbound.method == Method::GET && exchange.inbound.query("stream") == Some("true")
}

/// Sends the events after `starting_after`; those to come when they come.
pub(super) async fn resume(
    exchange: &Exchange<'_>,
    id: &str,
    delivery: &Delivery,
) -> Result<Response<Playback>, Closed> {
    let (run, after) = match resumable(exchange, id) {
        Ok(resumable) => resumable,
        Err(failure) => return exchange.fail(&failure, delivery).await,
    };
    let padding = match exchange.inbound.query("include_obfuscation") {
        Some("false") => Padding::LeftOut,
        _ => Padding::Kept,
    };
    let (script, skipped) = run.script(after, padding);
    exchange.deliver_over_time(Head::stream(), script, delivery, (run.clock().clone(), skipped)).await
}

pub(super) fn not_found(id: &str) -> Box<Failure> {
    let failure = Failure::new(404).kind("invalid_request_error").param("id");
    Box::new(failure.message(format!("Response with id '{id}' not found.")))
}

fn resumable(exchange: &Exchange<'_>, id: &str) -> Result<(Arc<BackgroundRun>, Option<u64>), Box<Failure>> {
    let after = match exchange.inbound.query("starting_after") {
        None => None,
        Some(number) => Some(number.parse().map_err(|_| {
            let message = format!("Invalid 'starting_after': '{number}' is not a sequence number.");
            Box::new(Failure::invalid_request("starting_after", message).code("invalid_type"))
        })?),
    };
    let conversations = exchange.world.conversations();
    let stored = conversations.get(id).ok_or_else(|| not_found(id))?;
    match &stored.run {
        Some(run) if run.streamed => Ok((Arc::clone(run), after)),
        _ => {
            let message = "A stream can only be resumed of a response that was created with background=true \
                           and stream=true.";
            Err(Box::new(Failure::invalid_request("stream", message)))
        }
    }
}
