//! One request on a WebSocket and its answer.

use std::sync::Arc;

use bytes::Bytes;

use super::lane::LaneName;
use super::{Shared, error_json};
use crate::default_answer;
use crate::event::Event;
use crate::exchange::{Delivery, Exchange};
use crate::failure::Failure;
use crate::faults::{Cut, Faults, HeadFault};
use crate::inbound::Inbound;
use crate::insert::Insert;
use crate::playback::Pace;
use crate::raw::{RawContent, RawStream};
use crate::reply::Reply;
use crate::rule::Answer;
use crate::script::Script;
use crate::turn;
use crate::websocket::{Broken, FrameScript, SocketPiece, play};

/// Close code after `websocket_connection_limit_reached`.
const NORMAL: u16 = 1000;

/// The status whose errors tell the limits.
const TOO_MANY_REQUESTS: u16 = 429;

/// A request that waits for its answer.
#[derive(Debug)]
pub(crate) struct SocketTurn {
    pub(crate) inbound: Inbound,
    pub(crate) lane: LaneName,
}

/// A request under way in its lane.
struct Answering<'a> {
    exchange: Exchange<'a>,
    shared: &'a Shared,
    lane: LaneName,
}

impl SocketTurn {
    /// Answers; an error ends the connection.
    pub(super) async fn answer(self, shared: &Shared) -> Result<(), Broken> {
        let connection = &shared.connection;
        let exchange = Exchange {
            world: &connection.world,
            signature: shared.signature(&self.inbound),
            control: Arc::clone(&connection.control),
            inbound: self.inbound,
        };
        Answering { exchange, shared, lane: self.lane }.run().await
    }
}

impl Answering<'_> {
    async fn run(mut self) -> Result<(), Broken> {
        let connection = &self.shared.connection;
        let lifetime = connection.world.settings.websocket.lifetime;
        if connection.age() >= lifetime {
            self.refuse(&connection_limit(lifetime.as_secs() / 60)).await?;
            return Err(Broken(Cut::Close(NORMAL)));
        }
        let shared = self.shared;
        let earlier = |id: &str| {
            shared.memory.get(id).or_else(|| shared.connection.world.conversations().get(id).cloned())
        };
        if let Err(failure) = turn::prepare(&mut self.exchange, earlier) {
            self.evict();
            return self.refuse(&failure).await;
        }
        let rule = self.exchange.rule();
        let mut delivery = self.exchange.delivery(rule.as_deref());
        if self.exchange.inbound.warm_up && rule.is_none() {
            delivery.faults = Faults::new();
        }
        match rule.as_ref().map_or(&Answer::Sensible, |rule| &rule.answer) {
            Answer::Fail(failure) => {
                self.evict();
                self.play(self.failed(failure, &delivery), &delivery).await
            }
            Answer::Raw(raw) => self.play(self.recorded(raw, &delivery), &delivery).await,
            Answer::Reply(given) => self.reply(given, &delivery).await,
            Answer::Sensible if self.exchange.inbound.warm_up => self.reply(&Reply::new(), &delivery).await,
            Answer::Sensible => {
                let made_up = default_answer::reply(&self.exchange.inbound);
                self.reply(&made_up, &delivery).await
            }
        }
    }

    async fn reply(&self, reply: &Reply, delivery: &Delivery) -> Result<(), Broken> {
        let filled = turn::fill(&self.exchange, reply);
        match turn::remembered(&self.exchange, &filled, &delivery.faults) {
            Some(response) => {
                let id = filled.id().to_owned();
                if turn::wants_storing(&self.exchange.inbound.body) {
                    self.exchange.world.conversations().store(id.clone(), response.clone());
                }
                self.shared.memory.remember(self.lane.clone(), id, response);
            }
            None => self.evict(),
        }
        let mut events = filled.events(delivery.faults.fail.as_ref());
        if self.exchange.inbound.warm_up {
            events.retain(|event| event.kind != "response.in_progress");
        }
        if let Some(failure) = &delivery.faults.error {
            turn::end_with_error(&mut events, failure, &delivery.dialect.stream_error_frame(failure));
        }
        let limits = self.exchange.world.settings.limits.events();
        let pieces = limits.into_iter().chain(events).map(SocketPiece::Event).collect();
        self.play(self.pieces(pieces, delivery), delivery).await
    }

    fn pieces(&self, pieces: Vec<SocketPiece>, delivery: &Delivery) -> FrameScript {
        let pieces = turn::with_inserts(pieces, &delivery.faults.insert, Insert::socket_pieces);
        FrameScript::render(&pieces, &delivery.dialect, self.lane.stream_id())
    }

    /// Recorded events; of recorded bytes, the data of each event.
    fn recorded(&self, raw: &RawStream, delivery: &Delivery) -> FrameScript {
        let pieces = match &raw.content {
            RawContent::Events(events) => events
                .iter()
                .map(|event| match event.as_object() {
                    Some(fields) => SocketPiece::Event(Event::given(fields)),
                    None => SocketPiece::Text(Bytes::from(event.to_string())),
                })
                .collect(),
            RawContent::Bytes(bytes) => {
                Script::recorded(bytes.clone()).data().into_iter().map(SocketPiece::Text).collect()
            }
        };
        self.pieces(pieces, delivery)
    }

    fn failed(&self, failure: &Failure, delivery: &Delivery) -> FrameScript {
        if let Some(body) = &failure.body {
            return FrameScript::message(body.clone());
        }
        let mut failure = failure.clone();
        if failure.status == TOO_MANY_REQUESTS {
            for (name, value) in self.exchange.world.settings.limits.usage_headers() {
                failure.headers.entry(name).or_insert(value);
            }
        }
        FrameScript::message(error_json(&delivery.dialect.error_frame(&failure), &self.lane))
    }

    /// Sends messages with the faults of the delivery.
    async fn play(&self, frames: FrameScript, delivery: &Delivery) -> Result<(), Broken> {
        let Delivery { dialect, faults } = delivery;
        if !faults.head_delay.is_zero() {
            tokio::time::sleep(faults.head_delay).await;
        }
        match faults.head {
            HeadFault::Sent => {}
            HeadFault::Never => std::future::pending().await,
            HeadFault::Close => return Err(Broken(Cut::Drop)),
        }
        let pace = Pace::new(&frames.script, dialect.writes, faults);
        play(&self.shared.connection.outbound, &frames, &pace).await
    }

    /// An error of the service itself, without faults.
    async fn refuse(&self, failure: &Failure) -> Result<(), Broken> {
        let frame = super::error_frame(failure, &self.lane, &self.shared.connection);
        self.shared.connection.outbound.text(&frame).await?;
        Ok(())
    }

    /// The request failed: its lane forgets the response that it named.
    fn evict(&self) {
        if let Some(id) = turn::previous_response_id(&self.exchange.inbound.body) {
            self.shared.memory.evict(&self.lane, id);
        }
    }
}

fn connection_limit(minutes: u64) -> Failure {
    Failure::new(400).kind("invalid_request_error").code("websocket_connection_limit_reached").message(
        format!("Responses websocket connection limit reached ({minutes} minutes). Create a new connection."),
    )
}
