//! How other servers write the same stream.

mod error_shape;

use serde::Deserialize;

pub use error_shape::{FrameErrorShape, HttpErrorShape, StreamErrorShape};

/// The way events and errors are written.
///
/// ```
/// use codex_sim::{Dialect, Writes};
///
/// let dialect = Dialect::llama_cpp().writes(Writes::Bytes(7));
/// assert!(!dialect.sequence_numbers);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "DialectChanges")]
#[non_exhaustive]
pub struct Dialect {
    /// `event:` lines come before `data:` lines.
    pub event_lines: bool,
    /// `data: [DONE]` ends the stream.
    pub done_marker: bool,
    /// How a line ends.
    pub line_end: LineEnd,
    /// Events have `output_index`, `content_index` and `summary_index`.
    pub indexes: bool,
    /// Events have a `sequence_number`.
    pub sequence_numbers: bool,
    /// The `response` object of an event has all its fields, and its usage the details.
    pub whole_responses: bool,
    /// The `error` event.
    pub stream_errors: StreamErrorShape,
    /// Bodies of failed requests.
    pub http_errors: HttpErrorShape,
    /// The `error` frame of a WebSocket.
    pub frame_errors: FrameErrorShape,
    /// How the body is cut into writes.
    pub writes: Writes,
}

/// How a line ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineEnd {
    /// `\n`.
    #[default]
    Lf,
    /// `\r\n`.
    Crlf,
    /// `\r`.
    Cr,
}

/// How a body is cut into writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Writes {
    /// As much at once as the socket takes.
    #[default]
    Whole,
    /// One write an event.
    Event,
    /// So many bytes a write, whatever they cut; a WebSocket sends fragments of so many bytes.
    Bytes(usize),
}

impl Default for Dialect {
    fn default() -> Self {
        Self::openai()
    }
}

impl Dialect {
    /// The service itself.
    #[must_use]
    pub fn openai() -> Self {
        Self {
            event_lines: true,
            done_marker: false,
            line_end: LineEnd::Lf,
            indexes: true,
            sequence_numbers: true,
            whole_responses: true,
            stream_errors: StreamErrorShape::Flat,
            http_errors: HttpErrorShape::Nested,
            frame_errors: FrameErrorShape::Status,
            writes: Writes::Whole,
        }
    }

    /// Open Responses: `[DONE]` at the end, nested errors.
    #[must_use]
    pub fn open_responses() -> Self {
        Self { done_marker: true, stream_errors: StreamErrorShape::Nested, ..Self::openai() }
    }

    /// Like the llama.cpp server: no indexes, no sequence numbers, few fields in `response`.
    #[must_use]
    pub fn llama_cpp() -> Self {
        Self {
            indexes: false,
            sequence_numbers: false,
            whole_responses: false,
            stream_errors: StreamErrorShape::Nested,
            ..Self::openai()
        }
    }

    /// Data lines only, `[DONE]` at the end, flat errors: what small gateways send.
    #[must_use]
    pub fn gateway() -> Self {
        Self { event_lines: false, done_marker: true, http_errors: HttpErrorShape::Flat, ..Self::openai() }
    }

    /// Sets how a line ends.
    #[must_use]
    pub fn line_end(mut self, line_end: LineEnd) -> Self {
        self.line_end = line_end;
        self
    }

    /// Sets how the body is cut into writes.
    #[must_use]
    pub fn writes(mut self, writes: Writes) -> Self {
        self.writes = writes;
        self
    }

    /// Leaves out the `event:` lines.
    #[must_use]
    pub fn without_event_lines(mut self) -> Self {
        self.event_lines = false;
        self
    }

    /// Ends the stream with `data: [DONE]`.
    #[must_use]
    pub fn with_done_marker(mut self) -> Self {
        self.done_marker = true;
        self
    }

    /// Sets the shape of HTTP error bodies.
    #[must_use]
    pub fn http_errors(mut self, shape: HttpErrorShape) -> Self {
        self.http_errors = shape;
        self
    }

    /// Sets the shape of the `error` frames of a WebSocket.
    #[must_use]
    pub fn frame_errors(mut self, shape: FrameErrorShape) -> Self {
        self.frame_errors = shape;
        self
    }

    /// Sets the shape of `error` events.
    #[must_use]
    pub fn stream_errors(mut self, shape: StreamErrorShape) -> Self {
        self.stream_errors = shape;
        self
    }
}

impl LineEnd {
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::Crlf => b"\r\n",
            Self::Cr => b"\r",
        }
    }
}

/// A dialect in a scenario file: a known one, and what differs from it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DialectChanges {
    like: Known,
    event_lines: Option<bool>,
    done_marker: Option<bool>,
    line_end: Option<LineEnd>,
    indexes: Option<bool>,
    sequence_numbers: Option<bool>,
    whole_responses: Option<bool>,
    stream_errors: Option<StreamErrorShape>,
    http_errors: Option<HttpErrorShape>,
    frame_errors: Option<FrameErrorShape>,
    writes: Option<Writes>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    #[default]
    Openai,
    OpenResponses,
    LlamaCpp,
    Gateway,
}

impl From<DialectChanges> for Dialect {
    fn from(changes: DialectChanges) -> Self {
        let base = match changes.like {
            Known::Openai => Self::openai(),
            Known::OpenResponses => Self::open_responses(),
            Known::LlamaCpp => Self::llama_cpp(),
            Known::Gateway => Self::gateway(),
        };
        Self {
            event_lines: changes.event_lines.unwrap_or(base.event_lines),
            done_marker: changes.done_marker.unwrap_or(base.done_marker),
            line_end: changes.line_end.unwrap_or(base.line_end),
            indexes: changes.indexes.unwrap_or(base.indexes),
            sequence_numbers: changes.sequence_numbers.unwrap_or(base.sequence_numbers),
            whole_responses: changes.whole_responses.unwrap_or(base.whole_responses),
            stream_errors: changes.stream_errors.unwrap_or(base.stream_errors),
            http_errors: changes.http_errors.unwrap_or(base.http_errors),
            frame_errors: changes.frame_errors.unwrap_or(base.frame_errors),
            writes: changes.writes.unwrap_or(base.writes),
        }
    }
}
