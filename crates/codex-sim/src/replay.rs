//! Plays a recording of `codex-api --record` instead of a scenario's rules (`docs/recording.md`).

mod book;
mod http_playback;
mod line;
mod recorded_exchange;
mod recording;
mod recording_error;
mod socket_playback;
mod speed;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use jiff::Timestamp;

use book::Book;
pub use book::{MAX_UNRECORDED, ReplayReport};
use http_playback::{Clock, Ending};
pub use recorded_exchange::{RecordedExchange, UnrecordedRequest};
pub use recording::{MAX_RECORDING_BYTES, RecordingState};
use recording::{PlayedExchange, PlayedHead, Recording};
pub use recording_error::{RecordingError, RecordingProblem};
pub(crate) use socket_playback::play as play_socket;
pub use speed::{BadReplaySpeed, ReplaySpeed};

use crate::answer_head::Signature;
use crate::connection::ConnectionControl;
use crate::failure::Failure;
use crate::faults::Cut;
use crate::playback::Playback;
use crate::recorded::RecordedRequest;
use crate::request_body;
use crate::service::{Closed, recorded};
use crate::socket::{PendingSocket, SocketHead, SocketKind};
use crate::transport::Transport;
use crate::websocket::{Handshake, is_upgrade};
use crate::world::World;

/// What a scenario plays instead of its rules.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReplaySettings {
    recording: Arc<Recording>,
    pub(crate) speed: ReplaySpeed,
}

impl ReplaySettings {
    pub(crate) fn load(path: &Path) -> Result<Self, RecordingError> {
        Recording::load(path).map(Self::new)
    }

    pub(crate) fn read(text: &str) -> Result<Self, RecordingError> {
        Recording::read(text).map(Self::new)
    }

    fn new(recording: Recording) -> Self {
        Self { recording: Arc::new(recording), speed: ReplaySpeed::FASTEST }
    }
}

/// A recording that is being played.
#[derive(Debug)]
pub(crate) struct Replay {
    recording: Arc<Recording>,
    speed: ReplaySpeed,
    book: Mutex<Book>,
}

impl Replay {
    pub(crate) fn new(settings: &ReplaySettings) -> Self {
        Self {
            book: Mutex::new(Book::new(&settings.recording)),
            recording: Arc::clone(&settings.recording),
            speed: settings.speed,
        }
    }

    pub(crate) fn report(&self) -> ReplayReport {
        self.book().report(&self.recording)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers one request with what was recorded for it. No token is asked for: a recording has none.
pub(crate) async fn answer(
    world: &World,
    replay: &Replay,
    control: Arc<ConnectionControl>,
    mut request: Request<Incoming>,
) -> Result<Response<Playback>, Closed> {
    let at = world.started.elapsed();
    let signature = Signature { seed: world.settings.seed, request: world.next_request() };
    let transport = if is_upgrade(&request) { Transport::Handshake } else { Transport::Http };
    let upgrade = (transport == Transport::Handshake).then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let record = recorded(&parts);
    let body = request_body::read(body, world.settings.body_limit).await.unwrap_or_default();
    let plain = request_body::unpack(&parts.headers, body.clone(), world.settings.body_limit);
    world.journal().record(RecordedRequest {
        transport,
        connection: control.number(),
        authorized: true,
        body: plain.ok().and_then(|plain| serde_json::from_slice(&plain).ok()),
        body_bytes: body.len(),
        at,
        ..record.clone()
    });
    let asked = (transport, parts.method.as_str(), parts.uri.path());
    let found = replay.book().take(&replay.recording, asked);
    let place = match found {
        Ok(place) => place,
        Err(request) => return Ok(signature.failure(&refusal(&request), &world.settings, control)),
    };
    let Some(exchange) = replay.recording.exchanges.get(place) else { return Err(Closed) };
    let head = head(exchange, replay, &control).await?;
    let (Some(upgrade), StatusCode::SWITCHING_PROTOCOLS) = (upgrade, head.status) else {
        return Ok(replay.http_answer(exchange, head, control));
    };
    let agreed = head.headers.contains_key(http::header::SEC_WEBSOCKET_EXTENSIONS);
    let handshake = match Handshake::read(&parts.headers, agreed) {
        Ok(handshake) => handshake,
        Err(failure) => return Ok(signature.failure(&failure, &world.settings, control)),
    };
    let mut response = replay.switching_answer(head, &control);
    handshake.answer(response.headers_mut());
    let head = SocketHead {
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        recorded_headers: record.headers,
        authorization_sent: record.authorization_sent,
    };
    control.upgrade(PendingSocket { upgrade, handshake, kind: SocketKind::Replayed { place }, head });
    Ok(response)
}

/// The recorded head, when its time has come. Without one, the end of the exchange.
async fn head<'a>(
    exchange: &'a PlayedExchange,
    replay: &Replay,
    control: &ConnectionControl,
) -> Result<&'a PlayedHead, Closed> {
    if let Some(head) = &exchange.head {
        tokio::time::sleep(replay.speed.pause(head.at.saturating_sub(exchange.at))).await;
        return Ok(head);
    }
    match Ending::of(exchange, replay.recording.state) {
        Ending::Held => std::future::pending().await,
        Ending::Cut(Cut::Reset) => {
            control.reset();
            std::future::pending().await
        }
        Ending::Clean | Ending::Cut(_) => Err(Closed),
    }
}

impl Replay {
    fn http_answer(
        &self,
        exchange: &PlayedExchange,
        head: &PlayedHead,
        control: Arc<ConnectionControl>,
    ) -> Response<Playback> {
        let ending = Ending::of(exchange, self.recording.state);
        let (script, pace) = http_playback::body(exchange, ending, self.speed);
        let headers = http_playback::headers(head, ending, script.bytes.len(), &self.clock());
        let mut response = Response::new(Playback::new(script, pace, control));
        *response.status_mut() = head.status;
        *response.headers_mut() = headers;
        response
    }

    fn switching_answer(&self, head: &PlayedHead, control: &Arc<ConnectionControl>) -> Response<Playback> {
        let mut response = Response::new(Playback::plain(Bytes::new(), Arc::clone(control)));
        *response.status_mut() = head.status;
        *response.headers_mut() = http_playback::headers(head, Ending::Clean, 0, &self.clock());
        response
    }

    fn clock(&self) -> Clock {
        Clock { recorded_at: self.recording.recorded_at, now: Timestamp::now() }
    }
}

/// The answer to a request that has no recorded one: 404 when none was recorded, 409 when all were played.
fn refusal(request: &UnrecordedRequest) -> Failure {
    let (status, code) = match request {
        UnrecordedRequest { recorded: 0, .. } => (404, "not_recorded"),
        // An error frame has no headers that could say not to ask again.
        UnrecordedRequest { transport: Transport::Websocket, .. } => (404, "recording_used_up"),
        _ => (409, "recording_used_up"),
    };
    Failure::new(status)
        .kind("invalid_request_error")
        .code(code)
        .message(format!("{request}."))
        // Clients take a 409 for something that passes.
        .header("x-should-retry", "false")
}
