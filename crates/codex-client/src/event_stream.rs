//! Server-sent events from a response body, under two clocks.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::TransportError;
use crate::idle_clock::IdleClock;
use crate::response_body::ResponseBody;
use crate::sse::{SseDecoder, SseFrame, SseLimits};
use crate::timeouts::{TimeoutPhase, Timeouts};

/// The frames of a response body, pulled by the reader: no task, no queue. Dropping it cancels the stream.
///
/// Two clocks watch for silence, both off while nobody waits:
/// - [`Timeouts::byte_idle`]: reset by any byte, keep-alive comments too;
/// - [`Timeouts::event_idle`]: reset by frames only.
///
/// ```
/// use codex_client::{ResponseBody, SseLimits, SseStream, Timeouts};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let body = ResponseBody::from_chunks(["data: one\n\ndata: t", "wo\n\n"]);
/// let mut stream = SseStream::new(body, SseLimits::default(), &Timeouts::default());
/// assert_eq!(stream.next().await.unwrap().unwrap().data, "one");
/// assert_eq!(stream.next().await.unwrap().unwrap().data, "two");
/// assert!(stream.next().await.unwrap().is_none());
/// assert_eq!(stream.progress().frames, 2);
/// # });
/// ```
#[derive(Debug)]
pub struct SseStream {
    body: ResponseBody,
    decoder: SseDecoder,
    event_idle: Option<IdleClock>,
    started: Instant,
    bytes: u64,
    frames: u64,
    ended: bool,
}

/// How far a stream has come: what its errors should say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamProgress {
    /// Bytes of the body read.
    pub bytes: u64,
    /// Frames handed out.
    pub frames: u64,
    /// Since the stream was made, that is, since the head of the answer.
    pub elapsed: Duration,
}

impl SseStream {
    /// Reads `body` as an event stream. Takes `byte_idle` and `event_idle` from `timeouts`.
    pub fn new(body: ResponseBody, limits: SseLimits, timeouts: &Timeouts) -> Self {
        Self {
            body: body.with_byte_idle(timeouts.byte_idle),
            decoder: SseDecoder::new(limits),
            event_idle: timeouts.event_idle.map(IdleClock::new),
            started: Instant::now(),
            bytes: 0,
            frames: 0,
            ended: false,
        }
    }

    /// Puts in a chunk that was taken from the body before the stream was made of it.
    pub fn push(&mut self, chunk: bytes::Bytes) {
        self.bytes += chunk.len() as u64;
        self.decoder.push(chunk);
    }

    /// The next frame; `None` at the proper end of the body, which says nothing about whether the last
    /// event was a last one. After the end or an error there is only `None`.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<SseFrame, TransportError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        loop {
            match self.next_buffered() {
                Some(Ok(frame)) => return Poll::Ready(Some(Ok(frame))),
                Some(Err(error)) => return self.end(Some(error)),
                None => {}
            }
            match self.body.poll_chunk(cx) {
                Poll::Ready(Some(Ok(chunk))) => {
                    self.bytes += chunk.len() as u64;
                    self.decoder.push(chunk);
                }
                Poll::Ready(Some(Err(error))) => return self.end(Some(error)),
                Poll::Ready(None) => return self.end(None),
                Poll::Pending => return self.poll_event_idle(cx),
            }
        }
    }

    /// The next frame; see [`poll_next`](Self::poll_next).
    ///
    /// # Errors
    /// Whatever ended the body early, a clock, or a limit of [`SseLimits`].
    pub async fn next(&mut self) -> Result<Option<SseFrame>, TransportError> {
        poll_fn(|cx| self.poll_next(cx)).await.transpose()
    }

    /// How far the stream has come.
    pub fn progress(&self) -> StreamProgress {
        StreamProgress { bytes: self.bytes, frames: self.frames, elapsed: self.started.elapsed() }
    }

    /// The last event id; see [`SseDecoder::last_event_id`].
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    /// The server's reconnection time; see [`SseDecoder::reconnection_time`].
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.decoder.reconnection_time()
    }

    /// The next frame of what has been read already. `None` says that [`poll_next`](Self::poll_next) has to read, which it
    /// can do into the same memory when nothing of it is kept: see [`SseText::let_go`](crate::SseText::let_go).
    #[inline]
    pub fn next_buffered(&mut self) -> Option<Result<SseFrame, TransportError>> {
        match self.decoder.next() {
            Ok(frame) => frame.map(|frame| Ok(self.hand_out(frame))),
            Err(error) => Some(Err(error.into())),
        }
    }

    fn hand_out(&mut self, frame: SseFrame) -> SseFrame {
        self.frames += 1;
        if let Some(clock) = &mut self.event_idle {
            clock.moved();
        }
        frame
    }

    /// Ends the stream and lets go of the connection.
    fn end(&mut self, error: Option<TransportError>) -> Poll<Option<Result<SseFrame, TransportError>>> {
        self.ended = true;
        self.decoder.finish();
        self.body = ResponseBody::empty();
        Poll::Ready(error.map(Err))
    }

    fn poll_event_idle(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<SseFrame, TransportError>>> {
        let Some(clock) = &mut self.event_idle else { return Poll::Pending };
        if clock.poll_elapsed(cx).is_pending() {
            return Poll::Pending;
        }
        let limit = clock.limit();
        self.end(Some(TransportError::Timeout { phase: TimeoutPhase::EventIdle, limit }))
    }
}

impl futures_core::Stream for SseStream {
    type Item = Result<SseFrame, TransportError>;

    fn poll_next(self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Self::poll_next(self.get_mut(), cx)
    }
}
