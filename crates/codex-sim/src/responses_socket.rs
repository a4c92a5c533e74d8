//! Responses over a WebSocket: requests come in as `response.create`, events go out, one a message.

mod lane;
mod memory;
mod request_frame;
mod socket_turn;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::answer_head::Signature;
use crate::failure::Failure;
use crate::inbound::Inbound;
use crate::recorded::RecordedRequest;
use crate::service::{below_base, recorded_head};
use crate::socket::SocketConnection;
use crate::transport::Transport;
use lane::LaneName;
pub use lane::{MAX_LANES, MAX_QUEUED};
use memory::Memory;
use request_frame::RequestFrame;
use socket_turn::SocketTurn;

/// Most responses under way on one connection; more requests wait.
pub const MAX_IN_FLIGHT: usize = 16;

/// The protocol of a connection to `/responses`.
pub(crate) struct ResponsesSocket {
    shared: Arc<Shared>,
    lanes: HashMap<LaneName, mpsc::Sender<SocketTurn>>,
    workers: JoinSet<()>,
}

/// What all lanes of a connection share.
#[derive(Debug)]
pub(crate) struct Shared {
    connection: Arc<SocketConnection>,
    memory: Memory,
    in_flight: Semaphore,
}

impl ResponsesSocket {
    pub(crate) fn new(connection: Arc<SocketConnection>) -> Self {
        let shared =
            Shared { connection, memory: Memory::default(), in_flight: Semaphore::new(MAX_IN_FLIGHT) };
        Self { shared: Arc::new(shared), lanes: HashMap::new(), workers: JoinSet::new() }
    }

    /// A text message: queued in its lane.
    pub(crate) async fn text(&mut self, text: &str) {
        let frame = RequestFrame::parse(text, self.shared.connection.world.settings.websocket.lanes);
        self.record(text);
        match frame {
            Ok(frame) => self.queue(frame, text.len()).await,
            Err(failure) => self.refuse(&LaneName::Default, &failure).await,
        }
    }

    /// A binary message: no request is one.
    pub(crate) async fn binary(&mut self) {
        let failure = Failure::new(400).kind("invalid_request_error").code("invalid_message");
        let failure = failure.message("Send JSON in text messages. Binary messages are not supported.");
        self.refuse(&LaneName::Default, &failure).await;
    }

    async fn queue(&mut self, frame: RequestFrame, bytes: usize) {
        let lane = frame.lane.clone();
        let turn = SocketTurn { inbound: self.inbound(frame, bytes), lane: lane.clone() };
        if !self.lanes.contains_key(&lane) {
            // The default lane has no name, so that it does not count.
            let named = self.lanes.keys().filter(|known| **known != LaneName::Default).count();
            if lane != LaneName::Default && named >= MAX_LANES {
                return self.refuse(&lane, &too_many_lanes()).await;
            }
            let (sender, queue) = mpsc::channel(MAX_QUEUED);
            self.workers.spawn(lane::work(Arc::clone(&self.shared), queue));
            self.lanes.insert(lane.clone(), sender);
        }
        let queued = self.lanes.get(&lane).is_some_and(|queue| queue.try_send(turn).is_ok());
        if !queued {
            self.refuse(&lane, &queue_full()).await;
        }
    }

    /// The request as rules see it. Numbers are given when it comes, not when it is answered.
    fn inbound(&self, frame: RequestFrame, bytes: usize) -> Inbound {
        let SocketConnection { world, head, .. } = &*self.shared.connection;
        let path = below_base(&head.path).to_owned();
        let nth = if frame.warm_up { 0 } else { world.rulebook().count(&path) };
        Inbound {
            number: world.next_request(),
            nth,
            transport: Transport::Websocket,
            warm_up: frame.warm_up,
            path,
            query: head.query.clone(),
            headers: head.headers.clone(),
            body: frame.body,
            bytes,
            ..Inbound::default()
        }
    }

    fn record(&self, text: &str) {
        let SocketConnection { world, head, control, .. } = &*self.shared.connection;
        world.journal().record(RecordedRequest {
            transport: Transport::Websocket,
            connection: control.number(),
            authorized: true,
            body: serde_json::from_str(text).ok(),
            body_bytes: text.len(),
            at: world.started.elapsed(),
            ..recorded_head(head)
        });
    }

    async fn refuse(&self, lane: &LaneName, failure: &Failure) {
        let connection = &self.shared.connection;
        let frame = error_frame(failure, lane, connection);
        if let Err(error) = connection.outbound.text(&frame).await {
            tracing::debug!(%error, "a WebSocket client is gone");
        }
    }
}

impl Shared {
    /// What distinguishes the answer to a request.
    fn signature(&self, inbound: &Inbound) -> Signature {
        Signature { seed: self.connection.world.settings.seed, request: inbound.number }
    }
}

/// An `error` frame in the scenario's dialect.
fn error_frame(failure: &Failure, lane: &LaneName, connection: &SocketConnection) -> Vec<u8> {
    error_json(&connection.world.settings.dialect.error_frame(failure), lane)
}

/// An `error` frame with these fields.
fn error_json(fields: &Value, lane: &LaneName) -> Vec<u8> {
    let mut frame = serde_json::json!({"type": "error"});
    if let (Some(frame), Some(fields)) = (frame.as_object_mut(), fields.as_object()) {
        if let LaneName::Named(name) = lane {
            frame.insert("stream_id".to_owned(), Value::from(name.as_str()));
        }
        frame.extend(fields.clone());
    }
    frame.to_string().into_bytes()
}

fn too_many_lanes() -> Failure {
    Failure::new(400)
        .kind("invalid_request_error")
        .code("websocket_stream_limit_reached")
        .param("stream_id")
        .message(format!("This connection has {MAX_LANES} streams. Use one of them, or a new connection."))
}

fn queue_full() -> Failure {
    Failure::new(429)
        .kind("rate_limit_error")
        .code("rate_limit_exceeded")
        .message(format!("More than {MAX_QUEUED} requests wait in this stream. Please try again in 1s."))
}
