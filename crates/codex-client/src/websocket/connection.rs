//! A WebSocket that its owner pulls.

mod incoming;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::BytesMut;
use tokio::time::Instant;

use super::close::{CloseCode, CloseFrame};
use super::decoder::WebSocketDecoder;
use super::encoder::WebSocketEncoder;
use super::error::WebSocketError;
use super::extension::DeflateParams;
use super::frame::WebSocketRole;
use super::io::{self, Io};
use super::message::WebSocketMessage;
use super::options::WebSocketOptions;
use super::outbox::{Outbox, OutboxError};
use super::silence::{Silence, Waiting};
use super::split::{self, WebSocketReader, WebSocketWriter};
use crate::error::{ClosedStage, TransportError};
use crate::response::{ConnectionUse, ResponseHead};
use crate::sse::SseText;
use crate::tap::{WebSocketTap, WebSocketTraffic};

type Item = Result<WebSocketMessage, TransportError>;

/// An open WebSocket. There is no task and no queue behind it: whoever holds it pulls messages out, pings are
/// answered while it does, a reader that stops slows the server down, and dropping it ends the connection.
///
/// Between two requests, when nobody reads, [`idle`](Self::idle) answers pings; [`is_open`](Self::is_open) tells
/// before the next request whether the other side has left meanwhile.
///
/// # Errors
/// What reading and sending may fail with: [`TransportError::WebSocket`] when the protocol is broken, a limit is
/// passed or a ping stays unanswered; [`TransportError::Timeout`] on silence; [`TransportError::Closed`] when the
/// connection ended without a close frame (which RFC 6455 numbers 1006). Every error but
/// [`WebSocketLimit::Send`](super::WebSocketLimit::Send) is the end of the connection.
pub struct WebSocketConnection {
    io: Box<dyn Io>,
    head: ResponseHead,
    deflate: Option<DeflateParams>,
    decoder: WebSocketDecoder,
    outbox: Outbox,
    buffer: BytesMut,
    silence: Silence,
    /// Found by [`idle`](Self::idle) or [`is_open`](Self::is_open), for the next reader.
    found: Option<Item>,
    over: bool,
    opened: Instant,
    sent: u64,
    received: u64,
    tap: Option<Box<dyn WebSocketTap>>,
}

impl WebSocketConnection {
    /// Read at once at most.
    const READ: usize = 32 * 1024;
    /// Room below which a new buffer is taken: small reads share one.
    const LEAST_READ: usize = 4 * 1024;

    pub(super) fn client(
        io: Box<dyn Io>,
        head: ResponseHead,
        deflate: Option<DeflateParams>,
        options: &WebSocketOptions,
    ) -> Self {
        Self::with_role(WebSocketRole::Client, io, (head, deflate), options)
    }

    /// A connection over a stream whose handshake is done: for tests and other connectors.
    ///
    /// # Errors
    /// [`WebSocketError::Handshake`] when the extensions in `head` are not what `options` offer.
    pub fn from_io<T>(io: T, head: ResponseHead, options: &WebSocketOptions) -> Result<Self, WebSocketError>
    where
        T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        let deflate = DeflateParams::from_answer(&head.headers, options.deflate)?;
        Ok(Self::client(Box::new(io), head, deflate, options))
    }

    pub(super) fn with_role(
        role: WebSocketRole,
        io: Box<dyn Io>,
        (head, deflate): (ResponseHead, Option<DeflateParams>),
        options: &WebSocketOptions,
    ) -> Self {
        let limits = options.limits;
        let encoder = match deflate {
            None => WebSocketEncoder::new(role, limits),
            Some(params) => WebSocketEncoder::with_deflate(role, limits, params, options.compress_from),
        };
        Self {
            io,
            head,
            deflate,
            decoder: WebSocketDecoder::new(role, limits, deflate),
            outbox: Outbox::new(encoder),
            buffer: BytesMut::new(),
            silence: Silence::new(options),
            found: None,
            over: false,
            opened: Instant::now(),
            sent: 0,
            received: 0,
            tap: None,
        }
    }

    /// The next message; `None` once the connection is over. Dropping the future loses nothing.
    ///
    /// # Errors
    /// See [`WebSocketConnection`].
    pub async fn next(&mut self) -> Option<Item> {
        poll_fn(|cx| self.poll_message(cx)).await
    }

    /// [`next`](Self::next) for hand-written futures.
    pub fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        match self.found.take() {
            Some(found) => Poll::Ready(Some(found)),
            None => self.poll_incoming(cx, Waiting::ForMessage),
        }
    }

    /// Sends a text message, and returns when all of it is handed to the system. When the future is dropped the
    /// message is still sent, whole, by whatever is called next.
    ///
    /// # Errors
    /// [`WebSocketError::TooLarge`], after which the connection is as good as before; else see
    /// [`WebSocketConnection`]. After [`TransportError::Closed`] the reason may still be there to read:
    /// [`next`](Self::next) gives the close of a server that left before it had taken everything.
    pub async fn send_text(&mut self, text: &str) -> Result<(), TransportError> {
        self.flush().await?;
        self.queue_text(text)?;
        self.silence.asked();
        self.flush().await
    }

    /// Sends a binary message; see [`send_text`](Self::send_text).
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text).
    pub async fn send_binary(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.flush().await?;
        self.queue_binary(bytes)?;
        self.silence.asked();
        self.flush().await
    }

    /// Sends a ping of at most 125 bytes. Its pong is not reported, but ends the silence like any byte.
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text), and [`WebSocketError::LongControlPayload`].
    pub async fn ping(&mut self, payload: &[u8]) -> Result<(), TransportError> {
        self.flush().await?;
        self.outbox.ping(payload)?;
        self.tell(WebSocketTraffic::SentPing);
        self.flush().await
    }

    /// Answers pings (and sends those of [`KeepAlive`](super::KeepAlive)) for as long as nothing else happens: returns
    /// when [`next`](Self::next) has a message, a close or an error to give. Silence is no error here.
    /// Dropping the future loses nothing, so it can stand in a `select!` beside the wait for work.
    pub async fn idle(&mut self) {
        self.silence.end();
        poll_fn(|cx| self.poll_idle(cx)).await;
    }

    /// Whether the connection can take a request, as far as is known now: reads what has arrived without waiting,
    /// and answers pings. `false` once the other side has closed, or has sent what nobody asked for.
    pub fn is_open(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        !self.over && !self.outbox.is_closed() && self.poll_idle(&mut cx).is_pending()
    }

    /// Closes: sends a close frame and waits, at most for
    /// [`close_timeout`](WebSocketOptions::close_timeout), until the other side has answered it. Messages that come
    /// before the answer are dropped. A code that must not be sent is left out.
    ///
    /// # Errors
    /// When the other side did not answer; the connection is over all the same.
    /// [`WebSocketError::LongControlPayload`] for a long reason, with nothing sent.
    pub async fn close(&mut self, code: CloseCode, reason: &str) -> Result<(), TransportError> {
        self.queue_close(code, reason)?;
        loop {
            match self.next().await {
                Some(Ok(WebSocketMessage::Close(_))) | None => break,
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
            }
        }
        // The other side is done with it too, so what is left undone harms nobody.
        let _ = poll_fn(|cx| Poll::Ready(Pin::new(&mut *self.io).poll_shutdown(cx))).await;
        Ok(())
    }

    /// Tells `tap` what goes over the connection from now on, in place of any earlier tap.
    #[must_use]
    pub fn tapped(mut self, tap: Box<dyn WebSocketTap>) -> Self {
        self.tap = Some(tap);
        self
    }

    /// Two halves for two tasks: one reads, one writes.
    pub fn into_split(self) -> (WebSocketReader, WebSocketWriter) {
        split::split(self)
    }

    /// The head of the answer to the handshake.
    pub fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// How messages are compressed; `None` when they are not.
    pub fn deflate(&self) -> Option<DeflateParams> {
        self.deflate
    }

    /// How long ago the handshake was done.
    pub fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Whether anything was sent on it before: a reused connection that fails at once was stale.
    pub fn connection_use(&self) -> ConnectionUse {
        if self.sent == 0 { ConnectionUse::Fresh } else { ConnectionUse::Reused }
    }

    /// How many messages were sent.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// How many messages were received.
    pub fn received(&self) -> u64 {
        self.received
    }

    pub(super) fn expect_answer(&mut self) {
        self.silence.asked();
    }

    pub(super) fn queue_text(&mut self, text: &str) -> Result<(), TransportError> {
        self.outbox.text(text)?;
        self.sent += 1;
        self.tell(WebSocketTraffic::SentText(text));
        Ok(())
    }

    pub(super) fn queue_binary(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        self.outbox.binary(bytes)?;
        self.sent += 1;
        self.tell(WebSocketTraffic::SentBinary(bytes));
        Ok(())
    }

    pub(super) fn queue_close(&mut self, code: CloseCode, reason: &str) -> Result<(), TransportError> {
        let frame = CloseFrame { code, reason: SseText::from(reason.to_owned()) };
        let is_first = !self.outbox.is_closed();
        self.outbox.close(&frame)?;
        if is_first {
            self.tell(WebSocketTraffic::SentClose(&frame));
        }
        self.silence.closing();
        Ok(())
    }

    /// Writes all that waits, within the limit on silence.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let before = self.outbox.waiting();
        let error = match self.outbox.poll_flush(&mut *self.io, cx) {
            Poll::Ready(Ok(())) => {
                self.silence.wrote();
                return Poll::Ready(Ok(()));
            }
            Poll::Ready(Err(error)) => send_error(error),
            Poll::Pending => {
                if self.outbox.waiting() < before {
                    self.silence.wrote();
                }
                ready!(self.silence.poll_write(cx))
            }
        };
        self.outbox.abandon();
        self.tell(WebSocketTraffic::SendFailed(&error));
        Poll::Ready(Err(error))
    }

    fn tell(&mut self, traffic: WebSocketTraffic<'_>) {
        if let Some(tap) = &mut self.tap {
            tap.on_event(traffic);
        }
    }

    async fn flush(&mut self) -> Result<(), TransportError> {
        poll_fn(|cx| self.poll_flush(cx)).await
    }
}

fn send_error(error: OutboxError) -> TransportError {
    match error {
        OutboxError::Io(error) => io::failed(ClosedStage::BeforeHead, error),
        OutboxError::WebSocket(error) => error.into(),
    }
}

/// Shows the handshake and the counts, nothing of what was said.
impl fmt::Debug for WebSocketConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketConnection")
            .field("head", &self.head)
            .field("deflate", &self.deflate)
            .field("over", &self.over)
            .field("sent", &self.sent)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}
