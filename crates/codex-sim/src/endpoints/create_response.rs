//! `POST /responses`: a stream of events, or plain JSON.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::answer_head::Head;
use crate::conversation::StoredResponse;
use crate::default_answer;
use crate::dialect::Dialect;
use crate::event::Event;
use crate::exchange::{Delivery, Exchange};
use crate::failure::Failure;
use crate::faults::Faults;
use crate::ids::Ids;
use crate::playback::Playback;
use crate::prompt;
use crate::raw::{RawContent, RawStream, event_pieces};
use crate::reply::Reply;
use crate::reply_stream::{Asked, FilledReply};
use crate::request_check;
use crate::rule::Answer;
use crate::scenario::UnknownParameters;
use crate::script::{Piece, Script};
use crate::service::Closed;

pub(super) async fn answer(mut exchange: Exchange<'_>) -> Result<Response<Playback>, Closed> {
    if let Err(failure) = prepare(&mut exchange) {
        return Ok(exchange.refuse(&failure));
    }
    let rule = exchange.rule();
    let delivery = exchange.delivery(rule.as_deref());
    match rule.as_ref().map_or(&Answer::Sensible, |rule| &rule.answer) {
        Answer::Fail(failure) => exchange.fail(failure, &delivery).await,
        Answer::Raw(raw) => replay(&exchange, raw, &delivery).await,
        Answer::Reply(given) => reply(&exchange, given, &delivery).await,
        Answer::Sensible => {
            let made_up = default_answer::reply(&exchange.inbound);
            reply(&exchange, &made_up, &delivery).await
        }
    }
}

/// Sends recorded bytes or events.
pub(super) async fn replay(
    exchange: &Exchange<'_>,
    raw: &RawStream,
    delivery: &Delivery,
) -> Result<Response<Playback>, Closed> {
    let script = match &raw.content {
        RawContent::Bytes(bytes) => recorded(bytes, delivery),
        RawContent::Events(events) => {
            Script::render(&with_inserts(event_pieces(events), delivery), &delivery.dialect)
        }
    };
    let head = Head {
        status: StatusCode::from_u16(raw.status).unwrap_or_default(),
        content_type: &raw.content_type,
        length: None,
        extra: Some(&raw.headers),
    };
    exchange.deliver(head, script, delivery).await
}

/// The script of recorded bytes. Where their events end is looked up only when it matters.
fn recorded(bytes: &Bytes, delivery: &Delivery) -> Script {
    if !delivery.counts_events() {
        return Script::whole(bytes.clone());
    }
    let script = Script::recorded(bytes.clone());
    if delivery.faults.insert.is_empty() {
        return script;
    }
    let as_recorded = Dialect { done_marker: false, ..delivery.dialect.clone() };
    Script::render(&with_inserts(script.pieces(), delivery), &as_recorded)
}

/// Checks the request and finds its conversation.
fn prepare(exchange: &mut Exchange<'_>) -> Result<(), Box<Failure>> {
    let body = &exchange.inbound.body;
    request_check::check(body)?;
    if exchange.world.settings.unknown_parameters == UnknownParameters::Reject {
        request_check::check_known(body)?;
    }
    let mut history = Vec::new();
    let mut earlier = 0;
    if let Some(id) = body.get("previous_response_id").and_then(Value::as_str) {
        match exchange.world.conversations().get(id) {
            Some(stored) => {
                history.clone_from(&stored.history);
                earlier = stored.bytes;
            }
            None => return Err(Box::new(previous_response_not_found(id))),
        }
    }
    let input = prompt::input_items(body.get("input"));
    history.extend(input.iter().cloned());
    request_check::check_tool_outputs(&history, &input)?;
    exchange.inbound.history = history;
    exchange.inbound.bytes += earlier;
    Ok(())
}

fn previous_response_not_found(id: &str) -> Failure {
    Failure::invalid_request("previous_response_id", format!("Previous response with id '{id}' not found."))
        .code("previous_response_not_found")
}

async fn reply(
    exchange: &Exchange<'_>,
    reply: &Reply,
    delivery: &Delivery,
) -> Result<Response<Playback>, Closed> {
    let Exchange { world, inbound, .. } = exchange;
    let created_at = world.settings.calendar.created_at(inbound.number);
    let asked = Asked { request: &inbound.body, history: &inbound.history };
    let ids = Ids::for_request(world.settings.seed, inbound.number);
    let filled = FilledReply::new(reply, asked, created_at, ids);
    store(exchange, &filled, &delivery.faults);
    let extra = Some(&reply.headers);
    if inbound.wants_stream() {
        let events = filled.events(delivery.faults.fail.as_ref());
        let pieces = end_with_error(events, delivery).into_iter().map(Piece::Event).collect();
        let script = Script::render(&with_inserts(pieces, delivery), &delivery.dialect);
        exchange.deliver(Head::stream().with(extra), script, delivery).await
    } else {
        let json = filled.final_json(delivery.faults.fail.as_ref());
        let head = Head::json(StatusCode::OK, json.len()).with(extra);
        exchange.deliver(head, Script::whole(json), delivery).await
    }
}

/// Keeps a response that succeeds, unless the request says not to.
fn store(exchange: &Exchange<'_>, filled: &FilledReply, faults: &Faults) {
    let wanted = exchange.inbound.body.get("store") != Some(&Value::Bool(false));
    if wanted && faults.fail.is_none() && faults.error.is_none() {
        let mut history = exchange.inbound.history.clone();
        history.extend(filled.output());
        let json = Bytes::from(filled.final_json(None));
        let bytes = exchange.inbound.bytes + json.len();
        let response = StoredResponse { json, history, bytes };
        exchange.world.conversations().store(filled.id().to_owned(), response);
    }
}

/// Replaces the end of a stream by an `error` event when the scenario says so.
fn end_with_error(mut events: Vec<Event>, delivery: &Delivery) -> Vec<Event> {
    if let Some(failure) = &delivery.faults.error {
        events.truncate(failure.after_events);
        events.push(Event::new("error", &delivery.dialect.error_event(failure)));
    }
    events
}

/// Puts the scenario's insertions between the events.
fn with_inserts(pieces: Vec<Piece>, delivery: &Delivery) -> Vec<Piece> {
    let mut inserts: Vec<_> = delivery.faults.insert.iter().collect();
    if inserts.is_empty() {
        return pieces;
    }
    inserts.sort_by_key(|insert| insert.position());
    let mut inserts = inserts.into_iter().peekable();
    let mut out = Vec::with_capacity(pieces.len() + inserts.len());
    for (position, piece) in pieces.into_iter().enumerate() {
        while let Some(insert) = inserts.next_if(|insert| insert.position() <= position) {
            out.push(insert.piece());
        }
        out.push(piece);
    }
    out.extend(inserts.map(crate::insert::Insert::piece));
    out
}
