//! One WebSocket, shared by the responses that are in flight on it.
//!
//! Whoever waits for an event reads the socket and gives what is for others to them: there is no task behind it. A lane
//! is named by the `stream_id` of its frames; the default lane has no name (wire.md 7).

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use codex_client::{
    CloseCode, SseText, TransportError, WebSocketConnection, WebSocketMessage, WebSocketReader,
    WebSocketWriter,
};
use codex_observe::SafeText;
use codex_protocol::ResponseEvent;
use tokio::time::Instant;

use crate::{error::ApiErrorKind, stream_end::StreamEnd};

/// The most bytes of events that may wait for a response whose owner does not read, while another one's does. Past it
/// the connection is given up: an unread response must not eat the memory of the rest.
pub const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;

/// The most of an error's words that are kept for other lanes, in characters.
const MAX_WORDS: usize = 200;

/// The name of a lane; `None` is the default one.
pub(crate) type LaneName = Option<Arc<str>>;

/// A connection and the responses in flight on it.
pub(crate) struct Lanes {
    reading: Mutex<Reading>,
    writer: tokio::sync::Mutex<WebSocketWriter>,
    waiting: Arc<Waiting>,
    opened: Instant,
}

struct Reading {
    socket: WebSocketReader,
    lanes: HashMap<LaneName, Lane>,
    /// Whether a named lane was ever used: until then no frame is searched for its name.
    named: bool,
    /// Id of the response that ended last.
    finished: Option<Box<str>>,
    over: Option<Over>,
}

#[derive(Default)]
struct Lane {
    queue: VecDeque<SseText>,
    queued_bytes: usize,
    /// Its owner is gone; what still comes for it is dropped until its terminal event.
    abandoned: bool,
}

/// Why nothing more comes on the connection.
enum Over {
    /// The first lane to ask gets the cause itself, the others its words.
    Broken {
        error: Option<TransportError>,
        words: SafeText,
    },
    Ended(StreamEnd),
}

impl Lanes {
    pub(crate) fn new(connection: WebSocketConnection) -> Self {
        let (socket, writer) = connection.into_split();
        Self {
            reading: Mutex::new(Reading {
                socket,
                lanes: HashMap::new(),
                named: false,
                finished: None,
                over: None,
            }),
            writer: tokio::sync::Mutex::new(writer),
            waiting: Arc::default(),
            opened: Instant::now(),
        }
    }

    pub(crate) fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Whether the connection can take a request, as far as is known without waiting. What comes between two responses
    /// belongs to nobody and is dropped.
    pub(crate) fn is_open(&self) -> bool {
        let mut reading = self.reading();
        while reading.over.is_none() && reading.lanes.values().all(|lane| lane.abandoned) {
            if reading.socket.is_open() {
                return true;
            }
            match reading.socket.poll_message(&mut Context::from_waker(Waker::noop())) {
                Poll::Pending => return true,
                Poll::Ready(Some(Ok(WebSocketMessage::Text(text)))) => drop(reading.route(text, &None)),
                Poll::Ready(message) => reading.over = Some(Over::from_message(message)),
            }
        }
        reading.over.is_none()
    }

    /// Takes a lane for one response; `false` when one is in flight there.
    pub(crate) fn enter(&self, name: &LaneName) -> bool {
        let mut reading = self.reading();
        if reading.lanes.contains_key(name) {
            return false;
        }
        reading.named |= name.is_some();
        reading.lanes.insert(name.clone(), Lane::default());
        true
    }

    /// Gives a lane back. One whose response has not come to its end cannot be used until that end has come, and the
    /// default lane never again: its frames could not be told from the next response's.
    pub(crate) fn leave(&self, name: &LaneName, ended: bool) {
        let mut reading = self.reading();
        match reading.lanes.get_mut(name) {
            Some(lane) if !ended && name.is_some() => *lane = Lane { abandoned: true, ..Lane::default() },
            _ => {
                reading.lanes.remove(name);
                if !ended && reading.over.is_none() {
                    reading.over = Some(Over::Ended(StreamEnd::Abandoned));
                }
            }
        }
        drop(reading);
        self.waiting.wake_all();
    }

    pub(crate) async fn send(&self, text: &str) -> Result<(), TransportError> {
        self.writer.lock().await.send_text(text).await?;
        self.reading().socket.expect_answer();
        Ok(())
    }

    /// Notes how the response that ends was called: should its end come once more, it is not the next one's.
    pub(crate) fn finished(&self, response_id: &str) {
        self.reading().finished = Some(response_id.into());
    }

    /// Whether this is the id of the response before.
    pub(crate) fn was_finished(&self, response_id: &str) -> bool {
        self.reading().finished.as_deref() == Some(response_id)
    }

    /// Says goodbye. Responses in flight end with an error.
    pub(crate) async fn close(&self) -> Result<(), TransportError> {
        self.writer.lock().await.close(CloseCode::NORMAL, "").await
    }

    /// The next event of a lane. The last thing it gives is why there are no more.
    pub(crate) fn poll(&self, name: &LaneName, cx: &mut Context<'_>) -> Poll<Result<SseText, ApiErrorKind>> {
        let mut reading = self.reading();
        loop {
            if let Some(text) = reading.lanes.get_mut(name).and_then(Lane::pop) {
                return Poll::Ready(Ok(text));
            }
            if let Some(over) = &mut reading.over {
                return Poll::Ready(Err(over.tell()));
            }
            self.waiting.register(cx.waker());
            let waker = Waker::from(Arc::clone(&self.waiting));
            match reading.socket.poll_message(&mut Context::from_waker(&waker)) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(WebSocketMessage::Text(text)))) => {
                    if let Some(text) = reading.route(text, name) {
                        return Poll::Ready(Ok(text));
                    }
                }
                Poll::Ready(message) => reading.over = Some(Over::from_message(message)),
            }
            // Something changed for somebody else.
            self.waiting.wake_others(cx.waker());
        }
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading {
    /// Gives a frame to the lane it is for; returns it when that is the asking one.
    fn route(&mut self, text: SseText, asking: &LaneName) -> Option<SseText> {
        let name: LaneName = match self.named {
            false => None,
            true => ResponseEvent::lane(&text).map(|name: Cow<'_, str>| Arc::from(&*name)),
        };
        if name == *asking {
            return Some(text);
        }
        match self.lanes.get_mut(&name) {
            Some(lane) if lane.abandoned => {
                if ResponseEvent::decode(None, &text).is_terminal() {
                    self.lanes.remove(&name);
                }
            }
            Some(lane) => {
                lane.queued_bytes += text.len();
                if lane.queued_bytes > MAX_WAITING_BYTES {
                    self.over = Some(Over::Ended(StreamEnd::UnreadLane { limit: MAX_WAITING_BYTES }));
                }
                lane.queue.push_back(text);
            }
            None if name.is_none() => return self.unnamed(text),
            None => self.over = Some(Over::Ended(StreamEnd::ForeignLane)),
        }
        None
    }
}

impl Reading {
    /// A frame without a name while named lanes are in flight. What is about the connection as a whole goes to the one
    /// who reads, an error to all; an event of a response could be anybody's, unless there is but one.
    fn unnamed(&mut self, text: SseText) -> Option<SseText> {
        let event = ResponseEvent::decode(None, &text);
        if event.is_terminal() && event.kind() == "error" {
            for lane in self.lanes.values_mut().filter(|lane| !lane.abandoned) {
                lane.queued_bytes += text.len();
                lane.queue.push_back(text.clone());
            }
            return None;
        }
        if event.kind().starts_with("response.") && self.lanes.len() != 1 {
            self.over = Some(Over::Ended(StreamEnd::ForeignLane));
            return None;
        }
        Some(text)
    }
}

impl Lane {
    fn pop(&mut self) -> Option<SseText> {
        let text = self.queue.pop_front()?;
        self.queued_bytes -= text.len();
        Some(text)
    }
}

impl Over {
    fn from_message(message: Option<Result<WebSocketMessage, TransportError>>) -> Self {
        match message {
            Some(Ok(WebSocketMessage::Close(frame))) => Self::Ended(StreamEnd::closed_by(&frame)),
            Some(Ok(WebSocketMessage::Binary(_))) => Self::Ended(StreamEnd::BinaryFrame),
            Some(Ok(WebSocketMessage::Text(_))) => Self::Ended(StreamEnd::ForeignLane),
            Some(Err(error)) => {
                let words = SafeText::prose(&error.to_string(), MAX_WORDS);
                Self::Broken { error: Some(error), words }
            }
            None => Self::Ended(StreamEnd::vanished()),
        }
    }

    fn tell(&mut self) -> ApiErrorKind {
        match self {
            Self::Broken { error, words } => match error.take() {
                Some(error) => error.into(),
                None => StreamEnd::Closed { code: CloseCode::ABNORMAL, reason: Some(words.clone()) }.into(),
            },
            Self::Ended(end) => end.clone().into(),
        }
    }
}

/// The wakers of all lanes that wait. Whatever comes wakes all of them: the one that happened to ask last may belong to
/// a task that does not read any more.
#[derive(Default)]
struct Waiting(Mutex<Vec<Waker>>);

impl Waiting {
    fn register(&self, waker: &Waker) {
        let mut wakers = self.wakers();
        if !wakers.iter().any(|known| known.will_wake(waker)) {
            wakers.push(waker.clone());
        }
    }

    fn wake_others(&self, own: &Waker) {
        let wakers = std::mem::take(&mut *self.wakers());
        wakers.into_iter().filter(|waker| !waker.will_wake(own)).for_each(Waker::wake);
    }

    fn wake_all(&self) {
        let wakers = std::mem::take(&mut *self.wakers());
        wakers.into_iter().for_each(Waker::wake);
    }

    fn wakers(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }
}
