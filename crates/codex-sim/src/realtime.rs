//! Realtime sessions over a WebSocket: the public protocol, transcription, and the private one of Codex.

mod audio;
mod client_event;
mod conversational;
mod items;
mod model_answer;
mod quicksilver;
mod response_events;
mod server_events;
mod session;
mod speech;
mod voice_activity;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::exchange::Delivery;
use crate::faults::{Cut, HeadFault};
use crate::playback::Pace;
use crate::recorded::RecordedRequest;
use crate::service::recorded_head;
use crate::socket::SocketConnection;
use crate::transport::Transport;
use crate::websocket::{Broken, FrameScript, SocketPiece, play};
use client_event::Problem;
use conversational::Conversational;
use quicksilver::Quicksilver;
use session::SessionKind;

/// Most events of a client that wait; then its connection is not read.
const MAX_WAITING: usize = 64;

/// Close code after a session's lifetime.
const NORMAL: u16 = 1000;

/// Which realtime protocol a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RealtimeKind {
    /// The public protocol.
    Conversation,
    /// The public protocol with `intent=transcription`.
    Transcription,
    /// The private first protocol of Codex (`intent=quicksilver`).
    Quicksilver,
}

/// What the simulator does next.
pub(crate) enum Step {
    /// Sends an event.
    Send(Value),
    /// Sends the events of an answer, while the client may go on.
    Play(Box<Performance>),
    /// Stops the answer under way.
    Stop,
}

/// An answer and its faults.
pub(crate) struct Performance {
    pub(crate) pieces: Vec<SocketPiece>,
    pub(crate) delivery: Delivery,
    /// Set when the last event is on its way.
    pub(crate) ending: Arc<AtomicBool>,
}

/// The protocol of a connection to `/realtime`.
pub(crate) struct RealtimeSocket {
    connection: Arc<SocketConnection>,
    queue: mpsc::Sender<Result<String, Problem>>,
    /// Ends with the socket.
    _worker: JoinSet<()>,
}

impl RealtimeSocket {
    pub(crate) fn new(connection: Arc<SocketConnection>, kind: RealtimeKind) -> Self {
        let machine = match kind {
            RealtimeKind::Quicksilver => {
                Machine::Quicksilver(Box::new(Quicksilver::new(Arc::clone(&connection))))
            }
            RealtimeKind::Conversation => Machine::conversational(&connection, SessionKind::Realtime),
            RealtimeKind::Transcription => Machine::conversational(&connection, SessionKind::Transcription),
        };
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        let mut worker = JoinSet::new();
        worker.spawn(work(Arc::clone(&connection), machine, waiting));
        Self { connection, queue, _worker: worker }
    }

    pub(crate) async fn text(&mut self, text: String) {
        self.record(&text);
        self.queue(Ok(text)).await;
    }

    pub(crate) async fn binary(&mut self) {
        let message = "Send JSON in text messages. Binary messages are not supported.";
        self.queue(Err(Problem::new("invalid_event", message))).await;
    }

    async fn queue(&self, event: Result<String, Problem>) {
        // The worker stops early only when it ends the connection.
        let _ = self.queue.send(event).await;
    }

    fn record(&self, text: &str) {
        let SocketConnection { world, head, control, .. } = &*self.connection;
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
}

/// A protocol's state.
enum Machine {
    Conversational(Box<Conversational>),
    Quicksilver(Box<Quicksilver>),
}

impl Machine {
    fn conversational(connection: &Arc<SocketConnection>, kind: SessionKind) -> Self {
        Self::Conversational(Box::new(Conversational::new(Arc::clone(connection), kind)))
    }

    fn opening(&mut self) -> Option<Value> {
        match self {
            Self::Conversational(machine) => Some(machine.opening()),
            Self::Quicksilver(_) => None,
        }
    }

    fn handle(&mut self, event: Result<String, Problem>) -> Vec<Step> {
        match self {
            Self::Conversational(machine) => machine.handle(event),
            Self::Quicksilver(machine) => machine.handle(event),
        }
    }

    /// The answer under way was sent.
    fn finished(&mut self) {
        if let Self::Conversational(machine) = self {
            machine.finished();
        }
    }

    fn expired(&mut self) -> Value {
        let problem = Problem::new("session_expired", "Your session hit the maximum duration of 60 minutes.");
        match self {
            Self::Conversational(machine) => machine.error(&problem),
            Self::Quicksilver(machine) => machine.error(&problem),
        }
    }
}

/// Answers the events of one connection until it ends.
async fn work(
    connection: Arc<SocketConnection>,
    mut machine: Machine,
    mut waiting: mpsc::Receiver<Result<String, Problem>>,
) {
    // At most one answer is under way. It has a task of its own, since it may hold the sending half.
    let mut playing = JoinSet::new();
    let mut result = match machine.opening() {
        Some(event) => send(&connection, &event).await,
        None => Ok(()),
    };
    while result.is_ok() {
        result = tokio::select! {
            Some(played) = playing.join_next() => {
                machine.finished();
                played.unwrap_or(Ok(()))
            }
            event = waiting.recv() => match event {
                None => return,
                Some(_) if connection.age() >= connection.world.settings.websocket.lifetime => {
                    let expired = machine.expired();
                    send(&connection, &expired).await.and(Err(Broken(Cut::Close(NORMAL))))
                }
                Some(event) => take_steps(&connection, machine.handle(event), &mut playing).await,
            },
        };
    }
    if let Err(broken) = result {
        connection.end(broken).await;
    }
}

async fn take_steps(
    connection: &Arc<SocketConnection>,
    steps: Vec<Step>,
    playing: &mut JoinSet<Result<(), Broken>>,
) -> Result<(), Broken> {
    for step in steps {
        match step {
            Step::Send(event) => send(connection, &event).await?,
            Step::Stop => playing.shutdown().await,
            Step::Play(performance) => {
                playing.shutdown().await;
                playing.spawn(perform(Arc::clone(connection), *performance));
            }
        }
    }
    Ok(())
}

async fn send(connection: &SocketConnection, event: &Value) -> Result<(), Broken> {
    connection.outbound.text(event.to_string().as_bytes()).await?;
    Ok(())
}

async fn perform(connection: Arc<SocketConnection>, performance: Performance) -> Result<(), Broken> {
    let Performance { pieces, delivery: Delivery { mut dialect, faults }, ending } = performance;
    if !faults.head_delay.is_zero() {
        tokio::time::sleep(faults.head_delay).await;
    }
    match faults.head {
        HeadFault::Sent => {}
        HeadFault::Never => std::future::pending().await,
        HeadFault::Close => return Err(Broken(Cut::Drop)),
    }
    // Realtime events have no numbers.
    dialect.sequence_numbers = false;
    let mut frames = FrameScript::render(&pieces, &dialect, None);
    frames.ending = Some(ending);
    let pace = Pace::new(&frames.script, dialect.writes, &faults);
    play(&connection.outbound, &frames, &pace).await
}
