//! A WebSocket from its handshake to its end.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval};

use crate::connection::ConnectionControl;
use crate::faults::Cut;
use crate::realtime::{RealtimeKind, RealtimeSocket};
use crate::replay;
use crate::responses_socket::ResponsesSocket;
use crate::websocket::{Broken, FrameWriter, Handshake, Incoming, MessageReader, Outbound};
use crate::world::World;

/// How long a connection that closes waits for the client's close frame.
const CLOSE_GRACE: Duration = Duration::from_secs(1);

/// Shortest time between two pings.
const LEAST_PING_INTERVAL: Duration = Duration::from_millis(1);

/// Close code of a server that stops.
const GOING_AWAY: u16 = 1001;

/// Close code of an orderly end.
const NORMAL: u16 = 1000;

/// In a scenario: a close frame without a code (RFC 6455, 7.4.1).
const NO_STATUS: u16 = 1005;

/// What is spoken on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SocketKind {
    Responses,
    Realtime(RealtimeKind),
    /// What was recorded.
    Replayed {
        /// Place of the exchange in the recording.
        place: usize,
    },
}

/// The head of a handshake: every request on the connection has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct SocketHead {
    pub(crate) headers: HeaderMap,
    /// What is remembered of them: as they were sent, without secrets.
    pub(crate) recorded_headers: Vec<(String, String)>,
    /// Whether an `Authorization` header was sent.
    pub(crate) authorization_sent: bool,
    /// Whole path, such as `/v1/responses`.
    pub(crate) path: String,
    pub(crate) query: String,
}

/// A connection whose handshake was answered and that is not yet a WebSocket.
#[derive(Debug)]
pub(crate) struct PendingSocket {
    pub(crate) upgrade: OnUpgrade,
    pub(crate) handshake: Handshake,
    pub(crate) kind: SocketKind,
    pub(crate) head: SocketHead,
}

/// What everything that answers on a connection shares.
#[derive(Debug)]
pub(crate) struct SocketConnection {
    pub(crate) world: Arc<World>,
    pub(crate) control: Arc<ConnectionControl>,
    pub(crate) outbound: Outbound,
    pub(crate) head: SocketHead,
    pub(crate) opened: Instant,
    endings: mpsc::Sender<Cut>,
}

impl SocketConnection {
    /// Ends the connection.
    pub(crate) async fn end(&self, Broken(cut): Broken) {
        // The connection that has ended needs no second end.
        let _ = self.endings.send(cut).await;
    }

    pub(crate) fn age(&self) -> Duration {
        self.opened.elapsed()
    }
}

/// Serves a connection until either side ends it or the simulator stops.
pub(crate) async fn serve(
    pending: PendingSocket,
    world: Arc<World>,
    control: Arc<ConnectionControl>,
    mut stop: watch::Receiver<bool>,
) {
    let PendingSocket { upgrade, handshake, kind, head } = pending;
    let io = match upgrade.await {
        Ok(upgraded) => TokioIo::new(upgraded),
        Err(error) => {
            tracing::debug!(%error, "a connection ended before it was a WebSocket");
            return;
        }
    };
    let (read, write) = tokio::io::split(io);
    let (inflater, deflater) = handshake.deflate.map(|agreed| (agreed.inflater(), agreed.deflater())).unzip();
    let limit = world.settings.websocket.message_limit;
    let (endings, mut ended) = mpsc::channel(1);
    let connection = Arc::new(SocketConnection {
        world,
        control,
        outbound: Outbound::new(FrameWriter::new(Box::new(write), deflater)),
        head,
        opened: Instant::now(),
        endings,
    });
    let mut reader = MessageReader::new(Box::new(read), inflater, limit);
    let end = tokio::select! {
        end = speak(kind, &connection, &mut reader) => end,
        Some(cut) = ended.recv() => End::Cut(cut),
        _ = stop.changed() => End::Cut(Cut::Close(GOING_AWAY)),
    };
    finish(end, &connection, &mut reader).await;
}

/// Answers until the connection ends. Whatever still answers then stops with this future, and lets go of the sending
/// half.
async fn speak(kind: SocketKind, connection: &Arc<SocketConnection>, reader: &mut MessageReader) -> End {
    let protocol = match kind {
        SocketKind::Responses => Protocol::Responses(ResponsesSocket::new(Arc::clone(connection))),
        SocketKind::Realtime(kind) => Protocol::Realtime(RealtimeSocket::new(Arc::clone(connection), kind)),
        SocketKind::Replayed { place } => match &connection.world.replay {
            Some(replay) => return replay::play_socket(replay, place, connection, reader).await,
            None => return End::Cut(Cut::Drop),
        },
    };
    Session { reader, protocol, connection }.run().await
}

/// The receiving half of a connection.
struct Session<'a> {
    reader: &'a mut MessageReader,
    protocol: Protocol,
    connection: &'a SocketConnection,
}

impl Session<'_> {
    /// Takes messages until the client ends the connection or breaks the protocol.
    async fn run(&mut self) -> End {
        let every = self.connection.world.settings.websocket.ping_every;
        let mut ticks = every.map(|every| {
            let every = every.max(LEAST_PING_INTERVAL);
            tokio::time::interval_at(Instant::now() + every, every)
        });
        loop {
            let incoming = tokio::select! {
                incoming = self.reader.next() => incoming,
                () = tick(&mut ticks) => {
                    ignore(self.connection.outbound.ping().await);
                    continue;
                }
            };
            match incoming {
                Ok(Incoming::Text(text)) => self.protocol.text(text).await,
                Ok(Incoming::Binary) => self.protocol.binary().await,
                Ok(Incoming::Ping(payload)) => ignore(self.connection.outbound.pong(&payload).await),
                Ok(Incoming::Pong) => {}
                Ok(Incoming::Close(code)) => return End::Answered(code),
                Ok(Incoming::End) => return End::Gone,
                Err(violation) => {
                    tracing::debug!(%violation, "a client broke the WebSocket protocol");
                    return End::Cut(Cut::Close(violation.close_code()));
                }
            }
        }
    }
}

/// Why a connection ends.
pub(crate) enum End {
    /// The client closed it, with this code.
    Answered(Option<u16>),
    /// The client is gone.
    Gone,
    /// The server ends it.
    Cut(Cut),
}

async fn finish(end: End, connection: &SocketConnection, reader: &mut MessageReader) {
    let outbound = &connection.outbound;
    match end {
        End::Answered(code) => ignore(outbound.close(code, "").await),
        End::Gone | End::Cut(Cut::Drop) => {}
        End::Cut(Cut::Reset) => return connection.control.reset(),
        End::Cut(cut) => {
            let code = match cut {
                Cut::Close(NO_STATUS) => None,
                Cut::Close(code) => Some(code),
                _ => Some(NORMAL),
            };
            ignore(outbound.close(code, "").await);
            let peer = async {
                while !matches!(reader.next().await, Ok(Incoming::Close(_) | Incoming::End) | Err(_)) {}
            };
            if tokio::time::timeout(CLOSE_GRACE, peer).await.is_err() {
                tracing::debug!("a client did not answer a close frame");
            }
        }
    }
    outbound.shutdown().await;
}

/// The protocol of a connection.
enum Protocol {
    Responses(ResponsesSocket),
    Realtime(RealtimeSocket),
}

impl Protocol {
    async fn text(&mut self, text: String) {
        match self {
            Self::Responses(socket) => socket.text(&text).await,
            Self::Realtime(socket) => socket.text(text).await,
        }
    }

    async fn binary(&mut self) {
        match self {
            Self::Responses(socket) => socket.binary().await,
            Self::Realtime(socket) => socket.binary().await,
        }
    }
}

/// A client that is gone shows when its connection is read.
fn ignore(sent: std::io::Result<()>) {
    if let Err(error) = sent {
        tracing::debug!(%error, "a WebSocket client is gone");
    }
}

async fn tick(ticks: &mut Option<Interval>) {
    match ticks {
        Some(ticks) => {
            ticks.tick().await;
        }
        None => std::future::pending().await,
    }
}
