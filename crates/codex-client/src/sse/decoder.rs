//! Bytes in, frames out.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Buf, Bytes};
use memchr::memchr2;

use super::fields::Fields;
use super::frame::SseFrame;
use super::limits::{SseError, SseLimit, SseLimits};

const BYTE_ORDER_MARK: &[u8; 3] = b"\xEF\xBB\xBF";

/// Decodes a stream of server-sent events. Does no I/O and knows no runtime: [`push`](Self::push) what has
/// arrived, then take frames with [`next`](Self::next) until there are none.
///
/// The frames do not depend on how the bytes were cut into chunks, and the work is linear in the bytes. An
/// event that lies within one chunk is handed out without copying or allocating: its texts are slices of
/// the chunk (see [`SseText`](super::SseText) on what that keeps alive).
///
/// Bad UTF-8 becomes U+FFFD, an unfinished event at the end of the stream is dropped, and `event: ` without
/// data gives no frame: these are the rules of the standard.
///
/// ```
/// use codex_client::{SseDecoder, SseLimits};
///
/// # fn main() -> Result<(), codex_client::SseError> {
/// let mut decoder = SseDecoder::new(SseLimits::default());
/// decoder.push("event: greeting\ndata: hel".into());
/// assert!(decoder.next()?.is_none());
/// decoder.push("lo\n\n".into());
///
/// let frame = decoder.next()?.unwrap();
/// assert_eq!(frame.event.unwrap(), "greeting");
/// assert_eq!(frame.data, "hello");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SseDecoder {
    limits: SseLimits,
    /// What is left of the chunk being read.
    chunk: Bytes,
    /// Chunks that were pushed before the one above was used up.
    waiting: VecDeque<Bytes>,
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    position: Position,
    fields: Fields,
    failure: Option<SseError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    /// Within the first three bytes, which may be a byte order mark.
    Start,
    /// After a CR, whose LF may follow.
    AfterCr,
    /// Anywhere else.
    Inside,
}

impl SseDecoder {
    /// A decoder at the start of a stream.
    pub fn new(limits: SseLimits) -> Self {
        Self {
            limits,
            chunk: Bytes::new(),
            waiting: VecDeque::new(),
            partial: Vec::new(),
            position: Position::Start,
            fields: Fields::default(),
            failure: None,
        }
    }

    /// Adds bytes that have arrived. Decodes nothing yet, and copies nothing.
    pub fn push(&mut self, chunk: Bytes) {
        if self.chunk.is_empty() {
            self.chunk = chunk;
        } else {
            self.waiting.push_back(chunk);
        }
    }

    /// The next frame, or `None` when more bytes are needed.
    ///
    /// # Errors
    /// [`SseError`] when a limit is passed; every later call fails alike.
    // An iterator's `next` ends at the first `None`; here `None` means "push more".
    #[expect(clippy::should_implement_trait, reason = "`None` is not the end, and there are errors")]
    pub fn next(&mut self) -> Result<Option<SseFrame>, SseError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let result = self.advance();
        if let Err(failure) = result {
            self.failure = Some(failure);
            self.finish();
        }
        result
    }

    /// The stream has ended: forgets an unfinished line or event, as the standard wants. The last event id
    /// and the reconnection time stay.
    pub fn finish(&mut self) {
        self.chunk = Bytes::new();
        self.waiting.clear();
        self.partial = Vec::new();
        self.fields.discard();
    }

    /// The last event id (`id` field) as of the last frame; empty when there was none.
    pub fn last_event_id(&self) -> &str {
        self.fields.last_event_id()
    }

    /// How long the server wants a client to wait before it connects again (`retry` field).
    pub fn reconnection_time(&self) -> Option<Duration> {
        self.fields.reconnection_time()
    }

    fn advance(&mut self) -> Result<Option<SseFrame>, SseError> {
        loop {
            if self.chunk.is_empty() {
                let Some(chunk) = self.waiting.pop_front() else {
                    self.fields.let_go();
                    return Ok(None);
                };
                self.chunk = chunk;
                continue;
            }
            if self.position != Position::Inside {
                self.skip_marks();
                continue;
            }
            if let Some(frame) = self.read_line()? {
                return Ok(Some(frame));
            }
        }
    }

    /// Drops a byte order mark at the start, or the LF of a CRLF.
    fn skip_marks(&mut self) {
        if self.position == Position::AfterCr {
            self.position = Position::Inside;
            if self.chunk[0] == b'\n' {
                self.consume(1);
            }
            return;
        }
        // The mark may come apart: what has matched so far waits as the beginning of a line, which it is
        // if the rest does not match.
        let matched = self.partial.len();
        if self.chunk[0] != BYTE_ORDER_MARK[matched] {
            self.position = Position::Inside;
            return;
        }
        self.partial.push(self.chunk[0]);
        self.consume(1);
        if self.partial.len() == BYTE_ORDER_MARK.len() {
            self.partial.clear();
            self.position = Position::Inside;
        }
    }

    /// Reads to the end of the line, or of the chunk. A chunk's bytes are searched once.
    fn read_line(&mut self) -> Result<Option<SseFrame>, SseError> {
        let Some(end) = memchr2(b'\n', b'\r', &self.chunk) else {
            self.check_line(self.chunk.len())?;
            self.partial.extend_from_slice(&self.chunk);
            self.chunk = Bytes::new();
            return Ok(None);
        };
        self.check_line(end)?;
        if self.chunk[end] == b'\r' {
            self.position = Position::AfterCr;
        }
        let frame = if !self.partial.is_empty() {
            self.partial.extend_from_slice(&self.chunk[..end]);
            let line = Bytes::from(std::mem::take(&mut self.partial));
            let whole = 0..line.len();
            self.fields.line(&line, whole, self.limits.max_event_bytes).map(|()| None)
        } else if end == 0 {
            Ok(self.fields.dispatch())
        } else {
            self.fields.line(&self.chunk, 0..end, self.limits.max_event_bytes).map(|()| None)
        };
        self.consume(end + 1);
        frame
    }

    fn check_line(&self, more: usize) -> Result<(), SseError> {
        let limit = self.limits.max_line_bytes;
        if self.partial.len() + more > limit {
            return Err(SseError::TooLarge { what: SseLimit::Line, limit });
        }
        Ok(())
    }

    fn consume(&mut self, bytes: usize) {
        if bytes == self.chunk.len() {
            // Not `advance`: that would keep the chunk alive.
            self.chunk = Bytes::new();
        } else {
            self.chunk.advance(bytes);
        }
    }
}
