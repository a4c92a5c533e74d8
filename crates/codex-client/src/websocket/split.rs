//! One connection in two tasks.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::close::CloseCode;
use super::connection::WebSocketConnection;
use super::message::WebSocketMessage;
use crate::error::TransportError;

/// The half that receives. It must be polled for pings to be answered.
#[derive(Debug)]
pub struct WebSocketReader {
    shared: Arc<Shared>,
}

/// The half that sends. The connection ends when both halves are dropped.
#[derive(Debug)]
pub struct WebSocketWriter {
    shared: Arc<Shared>,
}

pub(super) fn split(connection: WebSocketConnection) -> (WebSocketReader, WebSocketWriter) {
    let wakers = Arc::new(Wakers::default());
    let waker = Waker::from(Arc::clone(&wakers));
    let shared = Arc::new(Shared { connection: Mutex::new(connection), wakers, waker });
    (WebSocketReader { shared: Arc::clone(&shared) }, WebSocketWriter { shared })
}

impl WebSocketReader {
    /// The next message; see [`WebSocketConnection::next`].
    ///
    /// # Errors
    /// See [`WebSocketConnection`].
    pub async fn next(&mut self) -> Option<Result<WebSocketMessage, TransportError>> {
        poll_fn(|cx| self.poll_message(cx)).await
    }

    /// Whether the other side is there and silent, as far as is known now; see [`WebSocketConnection::is_open`]. Does not
    /// begin to wait for anything.
    pub fn is_open(&self) -> bool {
        self.shared.connection().is_open()
    }

    /// Says that a request went out: silence before it says nothing about its answer.
    pub fn expect_answer(&self) {
        self.shared.connection().expect_answer();
    }

    /// [`next`](Self::next) for hand-written futures.
    pub fn poll_message(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<WebSocketMessage, TransportError>>> {
        self.shared.poll(Half::Reader, cx, |connection, cx| connection.poll_message(cx))
    }
}

impl WebSocketWriter {
    /// Sends a text message; see [`WebSocketConnection::send_text`].
    ///
    /// # Errors
    /// As there.
    pub async fn send_text(&mut self, text: &str) -> Result<(), TransportError> {
        self.flush().await?;
        self.shared.connection().queue_text(text)?;
        self.flush().await
    }

    /// Sends a binary message; see [`WebSocketConnection::send_binary`].
    ///
    /// # Errors
    /// As there.
    pub async fn send_binary(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.flush().await?;
        self.shared.connection().queue_binary(bytes)?;
        self.flush().await
    }

    /// Sends a close frame, after which nothing can be sent. The reader gets the other side's
    /// [`Close`](WebSocketMessage::Close), or an error when there is none within
    /// [`close_timeout`](super::WebSocketOptions::close_timeout).
    ///
    /// # Errors
    /// As [`WebSocketConnection::close`], but for those the reader gets.
    pub async fn close(&mut self, code: CloseCode, reason: &str) -> Result<(), TransportError> {
        self.shared.connection().queue_close(code, reason)?;
        // The reader now waits for the answer by another clock.
        self.shared.wakers.wake_half(Half::Reader);
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), TransportError> {
        poll_fn(|cx| self.shared.poll(Half::Writer, cx, WebSocketConnection::poll_flush)).await
    }
}

struct Shared {
    connection: Mutex<WebSocketConnection>,
    wakers: Arc<Wakers>,
    /// Wakes both halves.
    waker: Waker,
}

impl Shared {
    fn connection(&self) -> MutexGuard<'_, WebSocketConnection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls the connection for one half. The stream below keeps one waker for reading and one for writing, but the
    /// reader writes (pongs), and TLS may do either for the other; so whatever happens wakes both halves.
    fn poll<T>(
        &self,
        half: Half,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut WebSocketConnection, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.wakers.register(half, cx.waker());
        poll(&mut self.connection(), &mut Context::from_waker(&self.waker))
    }
}

#[derive(Clone, Copy, Debug)]
enum Half {
    Reader,
    Writer,
}

#[derive(Debug, Default)]
struct Wakers {
    reader: Mutex<Option<Waker>>,
    writer: Mutex<Option<Waker>>,
}

impl Wakers {
    fn of(&self, half: Half) -> MutexGuard<'_, Option<Waker>> {
        match half {
            Half::Reader => self.reader.lock(),
            Half::Writer => self.writer.lock(),
        }
        .unwrap_or_else(PoisonError::into_inner)
    }

    fn register(&self, half: Half, waker: &Waker) {
        let mut slot = self.of(half);
        match &mut *slot {
            Some(known) => known.clone_from(waker),
            empty => *empty = Some(waker.clone()),
        }
    }

    fn wake_half(&self, half: Half) {
        // Taken out first: waking must not run under the lock.
        let waker = self.of(half).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_half(Half::Reader);
        self.wake_half(Half::Writer);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("connection", &self.connection).finish_non_exhaustive()
    }
}
