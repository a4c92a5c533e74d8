//! A response body that its reader pulls.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

use crate::error::TransportError;
use crate::idle_clock::IdleClock;
use crate::tap::BodyTap;
use crate::timeouts::TimeoutPhase;

/// The chunks of a body, as they arrive. Pulled by the reader, with no task or queue in between: a reader
/// that stops reading slows the server down, and dropping the body cancels the stream.
///
/// ```
/// use codex_client::ResponseBody;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let body = ResponseBody::from_chunks(["one ", "two"]);
/// let collected = body.collect(1024).await.unwrap();
/// assert_eq!(collected.bytes, "one two");
/// assert!(!collected.truncated);
/// # });
/// ```
pub struct ResponseBody {
    chunks: Chunks,
    byte_idle: Option<IdleClock>,
    tap: Option<Box<dyn BodyTap>>,
}

enum Chunks {
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>),
    Ready(VecDeque<Bytes>),
}

impl ResponseBody {
    /// A body from any stream of chunks.
    pub fn from_stream<S>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    {
        Self { chunks: Chunks::Stream(Box::pin(stream)), byte_idle: None, tap: None }
    }

    /// A body whose chunks are all here already.
    pub fn from_chunks<I>(chunks: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Bytes>,
    {
        Self {
            chunks: Chunks::Ready(chunks.into_iter().map(Into::into).collect()),
            byte_idle: None,
            tap: None,
        }
    }

    /// A body of no bytes.
    pub fn empty() -> Self {
        Self { chunks: Chunks::Ready(VecDeque::new()), byte_idle: None, tap: None }
    }

    /// Limits the silence between two chunks, in place of any earlier limit: past it the body fails with
    /// [`TimeoutPhase::ByteIdle`]. Only time during which a reader waits counts.
    #[must_use]
    pub fn with_byte_idle(mut self, limit: Option<Duration>) -> Self {
        self.byte_idle = limit.map(IdleClock::new);
        self
    }

    /// Tells `tap` what the reader gets from now on, in place of any earlier tap.
    ///
    /// ```
    /// use std::sync::mpsc;
    ///
    /// use bytes::Bytes;
    /// use codex_client::{BodyTap, ResponseBody, TransportError};
    ///
    /// struct Heard(mpsc::Sender<Bytes>);
    ///
    /// impl BodyTap for Heard {
    ///     fn on_chunk(&mut self, chunk: &Bytes) {
    ///         self.0.send(chunk.clone()).unwrap();
    ///     }
    ///     fn on_end(&mut self, error: Option<&TransportError>) {
    ///         assert!(error.is_none());
    ///     }
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let (sender, heard) = mpsc::channel();
    /// let body = ResponseBody::from_chunks(["one ", "two"]).tapped(Box::new(Heard(sender)));
    /// body.collect(1024).await.unwrap();
    /// assert_eq!(heard.iter().collect::<Vec<_>>(), ["one ", "two"]);
    /// # });
    /// ```
    #[must_use]
    pub fn tapped(mut self, tap: Box<dyn BodyTap>) -> Self {
        self.tap = Some(tap);
        self
    }

    /// The next chunk, never an empty one; `None` at the proper end of the body. After an error or the end
    /// do not poll again.
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        let polled = self.poll_untapped(cx);
        if let (Poll::Ready(item), Some(tap)) = (&polled, &mut self.tap) {
            match item {
                Some(Ok(chunk)) => tap.on_chunk(chunk),
                Some(Err(error)) => tap.on_end(Some(error)),
                None => tap.on_end(None),
            }
        }
        polled
    }

    fn poll_untapped(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        loop {
            let next = match &mut self.chunks {
                Chunks::Ready(chunks) => Poll::Ready(chunks.pop_front().map(Ok)),
                Chunks::Stream(stream) => stream.as_mut().poll_next(cx),
            };
            match next {
                Poll::Ready(Some(Ok(chunk))) if chunk.is_empty() => {}
                Poll::Ready(item) => {
                    if let Some(clock) = &mut self.byte_idle {
                        clock.moved();
                    }
                    return Poll::Ready(item);
                }
                Poll::Pending => return self.poll_silence(cx),
            }
        }
    }

    /// The next chunk; see [`poll_chunk`](Self::poll_chunk).
    ///
    /// # Errors
    /// Whatever ended the body early: a timeout, a closed connection, a broken encoding.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        poll_fn(|cx| self.poll_chunk(cx)).await.transpose()
    }

    /// Reads to the end, but keeps at most `limit` bytes; reading stops at the first byte past them.
    ///
    /// # Errors
    /// Those of [`chunk`](Self::chunk). What had been read is lost then.
    pub async fn collect(mut self, limit: usize) -> Result<CollectedBody, TransportError> {
        let mut first = Bytes::new();
        let mut joined = Vec::new();
        let mut room = limit;
        let mut truncated = false;
        while let Some(mut chunk) = self.chunk().await? {
            truncated = chunk.len() > room;
            chunk.truncate(room);
            room -= chunk.len();
            if first.is_empty() {
                // A body of one chunk, the common case, is not copied.
                first = chunk;
            } else {
                if joined.is_empty() {
                    joined.extend_from_slice(&first);
                }
                joined.extend_from_slice(&chunk);
            }
            if truncated {
                break;
            }
        }
        let bytes = if joined.is_empty() { first } else { Bytes::from(joined) };
        Ok(CollectedBody { bytes, truncated })
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        let Some(clock) = &mut self.byte_idle else { return Poll::Pending };
        clock.poll_elapsed(cx).map(|()| {
            Some(Err(TransportError::Timeout { phase: TimeoutPhase::ByteIdle, limit: clock.limit() }))
        })
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody")
            .field("byte_idle", &self.byte_idle.as_ref().map(IdleClock::limit))
            .finish_non_exhaustive()
    }
}

/// What [`ResponseBody::collect`] kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CollectedBody {
    /// The bytes, at most as many as asked for.
    pub bytes: Bytes,
    /// Whether there were more.
    pub truncated: bool,
}
