//! A request for a response, whatever carries it: checked, continued, answered, remembered.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::conversation::StoredResponse;
use crate::event::Event;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::faults::{Faults, StreamFailure};
use crate::ids::Ids;
use crate::insert::Insert;
use crate::prompt;
use crate::reply::Reply;
use crate::reply_stream::{Asked, FilledReply};
use crate::request_check;
use crate::scenario::UnknownParameters;

/// Checks the request and finds its conversation; `earlier` looks a response up by its id.
pub(crate) fn prepare(
    exchange: &mut Exchange<'_>,
    earlier: impl FnOnce(&str) -> Option<StoredResponse>,
) -> Result<(), Box<Failure>> {
    let body = &exchange.inbound.body;
    request_check::check(body)?;
    if exchange.world.settings.unknown_parameters == UnknownParameters::Reject {
        request_check::check_known(body)?;
    }
    let mut history = Vec::new();
    let mut bytes = 0;
    if let Some(id) = previous_response_id(body) {
        let stored = earlier(id).ok_or_else(|| previous_response_not_found(id))?;
        (history, bytes) = (stored.history, stored.bytes);
    }
    let input = prompt::input_items(body.get("input"));
    history.extend(input.iter().cloned());
    request_check::check_tool_outputs(&history, &input)?;
    exchange.inbound.history = history;
    exchange.inbound.bytes += bytes;
    Ok(())
}

/// The response that a request continues.
pub(crate) fn previous_response_id(body: &Map<String, Value>) -> Option<&str> {
    body.get("previous_response_id").and_then(Value::as_str)
}

/// The response that a request continues is not known.
pub(crate) fn previous_response_not_found(id: &str) -> Box<Failure> {
    let failure = Failure::invalid_request(
        "previous_response_id",
        format!("Previous response with id '{id}' not found."),
    );
    Box::new(failure.code("previous_response_not_found"))
}

/// Fills a reply in for this request.
pub(crate) fn fill(exchange: &Exchange<'_>, reply: &Reply) -> FilledReply {
    let Exchange { world, inbound, .. } = exchange;
    let created_at = world.settings.calendar.created_at(inbound.number);
    let asked = Asked { request: &inbound.body, history: &inbound.history };
    let ids = Ids::for_request(world.settings.seed, inbound.number);
    FilledReply::new(reply, asked, created_at, ids)
}

/// What a later request may continue; none when the response fails.
pub(crate) fn remembered(
    exchange: &Exchange<'_>,
    filled: &FilledReply,
    faults: &Faults,
) -> Option<StoredResponse> {
    if faults.fail.is_some() || faults.error.is_some() {
        return None;
    }
    Some(stored(exchange, filled, None))
}

/// A response as it is kept, failed when the scenario says so.
pub(crate) fn stored(
    exchange: &Exchange<'_>,
    filled: &FilledReply,
    failure: Option<&StreamFailure>,
) -> StoredResponse {
    let mut history = exchange.inbound.history.clone();
    let inputs = history.len();
    history.extend(filled.output());
    let json = Bytes::from(filled.final_json(failure));
    let bytes = exchange.inbound.bytes + json.len();
    StoredResponse { json, history, inputs, bytes, run: None }
}

/// Whether the request lets the service keep its response.
pub(crate) fn wants_storing(body: &Map<String, Value>) -> bool {
    body.get("store") != Some(&Value::Bool(false))
}

/// Replaces the end of a stream by an `error` event with these fields.
pub(crate) fn end_with_error(events: &mut Vec<Event>, failure: &StreamFailure, fields: &Value) {
    events.truncate(failure.after_events);
    events.push(Event::new("error", fields));
}

/// Puts the scenario's insertions between the pieces of an answer.
pub(crate) fn with_inserts<P>(
    pieces: Vec<P>,
    inserts: &[Insert],
    render: impl Fn(&Insert) -> Vec<P>,
) -> Vec<P> {
    if inserts.is_empty() {
        return pieces;
    }
    let mut inserts: Vec<&Insert> = inserts.iter().collect();
    inserts.sort_by_key(|insert| insert.position());
    let mut inserts = inserts.into_iter().peekable();
    let mut out = Vec::with_capacity(pieces.len() + inserts.len());
    for (position, piece) in pieces.into_iter().enumerate() {
        while let Some(insert) = inserts.next_if(|insert| insert.position() <= position) {
            out.extend(render(insert));
        }
        out.push(piece);
    }
    out.extend(inserts.flat_map(render));
    out
}
