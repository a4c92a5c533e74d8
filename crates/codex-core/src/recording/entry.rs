//! The lines of a recording, as `docs/recording.md` describes them.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::value::RawValue;

use super::options::RecordedTexts;

/// What the first line says it is.
pub(super) const FORMAT: &str = "codex-api recording";
/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// The first line.
#[derive(Serialize)]
pub(super) struct Header {
    pub(super) format: &'static str,
    pub(super) version: u32,
    pub(super) recorded_at: String,
    pub(super) texts: &'static str,
}

/// Any further line. Times are milliseconds since the first line was written.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Entry<'a> {
    Request {
        exchange: u64,
        at_ms: u64,
        carrier: Carrier,
        method: &'a str,
        #[serde(flatten)]
        target: Target,
        headers: Vec<(String, HeaderText)>,
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<Data>,
        /// Length of the body as it was sent, in bytes.
        body_bytes: usize,
    },
    Head {
        exchange: u64,
        at_ms: u64,
        status: u16,
        http: String,
        headers: Vec<(String, HeaderText)>,
    },
    Chunk {
        exchange: u64,
        at_ms: u64,
        data: Data,
    },
    Message {
        exchange: u64,
        at_ms: u64,
        from: Side,
        binary: bool,
        data: Data,
    },
    Ping {
        exchange: u64,
        at_ms: u64,
        from: Side,
    },
    Close {
        exchange: u64,
        at_ms: u64,
        from: Side,
        /// 1005 for a close without a code.
        code: u16,
        reason: String,
    },
    End {
        exchange: u64,
        at_ms: u64,
        how: How,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        class: Option<&'static str>,
    },
    /// The last line of a whole recording.
    Finished {
        at_ms: u64,
    },
    /// The last line of a recording that passed a limit.
    Cut {
        at_ms: u64,
        limit: &'static str,
        limit_bytes: u64,
    },
}

/// Where a request went.
#[derive(Serialize)]
pub(super) struct Target {
    pub(super) origin: String,
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) query: Option<String>,
}

/// What carried an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Carrier {
    Http,
    Websocket,
}

/// Who sent something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Side {
    Client,
    Server,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum How {
    /// As it should.
    Clean,
    /// The connection ended before its time.
    Cut,
    /// The connection was reset.
    Reset,
    /// The client waited no longer.
    Timeout,
    /// There was no connection at all.
    Unreachable,
    /// Anything else that the client takes for an error.
    Failed,
    /// The client stopped listening.
    Abandoned,
}

/// The value of a header.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum HeaderText {
    Text(String),
    Bytes { base64: String },
}

/// A body, a part of one, or a message.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Data {
    Json(Box<RawValue>),
    Text(String),
    Base64(String),
    /// Left out; so many bytes.
    Omitted(usize),
}

impl Data {
    /// Text if it is any.
    pub(super) fn text(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes)
            .map_or_else(|error| Self::Base64(STANDARD.encode(error.as_bytes())), Self::Text)
    }

    /// Bytes that are no text by their kind.
    pub(super) fn binary(bytes: &[u8]) -> Self {
        Self::Base64(STANDARD.encode(bytes))
    }

    /// JSON if it is any, on one line.
    pub(super) fn json(bytes: Vec<u8>) -> Self {
        match Self::text(bytes) {
            // Outside of its strings, where none can stand, JSON takes a line break for a blank.
            Self::Text(text) => RawValue::from_string(text.replace(['\n', '\r'], " "))
                .map_or_else(|_| Self::Text(text), Self::Json),
            data => data,
        }
    }
}

impl RecordedTexts {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Keep => "kept",
            Self::Mask => "masked",
        }
    }
}
