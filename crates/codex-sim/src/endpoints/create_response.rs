//! `POST /responses`: a stream of events, or plain JSON.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::answer_head::Head;
use crate::background::{BackgroundRun, Padding};
use crate::default_answer;
use crate::dialect::Dialect;
use crate::exchange::{Delivery, Exchange};
use crate::playback::Playback;
use crate::raw::{RawContent, RawStream, event_pieces};
use crate::reply::Reply;
use crate::reply_stream::FilledReply;
use crate::rule::Answer;
use crate::script::{Piece, Script};
use crate::service::Closed;
use crate::turn;

pub(super) async fn answer(mut exchange: Exchange<'_>) -> Result<Response<Playback>, Closed> {
    let world = exchange.world;
    if let Err(failure) = turn::prepare(&mut exchange, |id| world.conversations().get(id).cloned()) {
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

async fn reply(
    exchange: &Exchange<'_>,
    reply: &Reply,
    delivery: &Delivery,
) -> Result<Response<Playback>, Closed> {
    let filled = turn::fill(exchange, reply);
    if exchange.inbound.body.get("background") == Some(&Value::Bool(true)) {
        return run_in_background(exchange, filled, reply, delivery).await;
    }
    if turn::wants_storing(&exchange.inbound.body)
        && let Some(response) = turn::remembered(exchange, &filled, &delivery.faults)
    {
        exchange.world.conversations().store(filled.id().to_owned(), response);
    }
    let extra = Some(&reply.headers);
    if !exchange.inbound.wants_stream() {
        let json = filled.final_json(delivery.faults.fail.as_ref());
        let head = Head::json(StatusCode::OK, json.len()).with(extra);
        return exchange.deliver(head, Script::whole(json), delivery).await;
    }
    let mut events = filled.events(delivery.faults.fail.as_ref());
    if let Some(failure) = &delivery.faults.error {
        turn::end_with_error(&mut events, failure, &delivery.dialect.error_event(failure));
    }
    let pieces = with_inserts(events.into_iter().map(Piece::Event).collect(), delivery);
    exchange.deliver(Head::stream().with(extra), Script::render(&pieces, &delivery.dialect), delivery).await
}

/// Starts a response that goes on whether or not the client stays.
async fn run_in_background(
    exchange: &Exchange<'_>,
    filled: FilledReply,
    reply: &Reply,
    delivery: &Delivery,
) -> Result<Response<Playback>, Closed> {
    let Delivery { dialect, faults } = delivery;
    let failure = faults.fail.as_ref().or(faults.error.as_ref());
    let mut stored = turn::stored(exchange, &filled, failure);
    let (id, states) = (filled.id().to_owned(), filled.states());
    let mut events = filled.events(faults.fail.as_ref());
    if let Some(failure) = &faults.error {
        turn::end_with_error(&mut events, failure, &dialect.error_event(failure));
    }
    let pieces = with_inserts(events.into_iter().map(Piece::Event).collect(), delivery);
    let wants_stream = exchange.inbound.wants_stream();
    let timing = exchange.world.settings.background;
    let run = Arc::new(BackgroundRun::start(pieces, dialect.clone(), states, timing).streamed(wants_stream));
    stored.bytes += run.size();
    stored.run = Some(Arc::clone(&run));
    let object = stored.object();
    exchange.world.conversations().store(id, stored);
    let extra = Some(&reply.headers);
    if !wants_stream {
        let head = Head::json(StatusCode::OK, object.len()).with(extra);
        return exchange.deliver(head, Script::whole(object), delivery).await;
    }
    let (script, skipped) = run.script(None, Padding::Kept);
    let clock = (run.clock().clone(), skipped);
    exchange.deliver_over_time(Head::stream().with(extra), script, delivery, clock).await
}

fn with_inserts(pieces: Vec<Piece>, delivery: &Delivery) -> Vec<Piece> {
    turn::with_inserts(pieces, &delivery.faults.insert, |insert| vec![insert.piece()])
}
