//! The lines of a recording, as they are written (`docs/recording.md`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::recording_error::RecordingProblem;

/// What the first line says it is.
pub(super) const FORMAT: &str = "codex-api recording";
/// The latest version that is known.
pub(super) const VERSION: u32 = 1;
/// The most bytes that are made up in place of one body or message that was left out: 64 MiB.
const MAX_OMITTED: usize = 64 * 1024 * 1024;
/// What they are made up of.
const FILLING: u8 = b'x';

/// The first line.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    #[serde(default)]
    pub(super) recorded_at: Option<String>,
}

/// Any further line.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Line {
    Request(RequestLine),
    Head(HeadLine),
    Chunk { exchange: u64, at_ms: u64, data: Data },
    Message { exchange: u64, at_ms: u64, from: Side, binary: bool, data: Data },
    Ping { exchange: u64, at_ms: u64, from: Side },
    Close { exchange: u64, at_ms: u64, from: Side, code: u16, reason: String },
    End { exchange: u64, how: How },
    Finished {},
    Cut {},
}

#[derive(Debug, Deserialize)]
pub(super) struct RequestLine {
    pub(super) exchange: u64,
    pub(super) at_ms: u64,
    pub(super) carrier: Carrier,
    pub(super) method: String,
    pub(super) path: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeadLine {
    pub(super) exchange: u64,
    pub(super) at_ms: u64,
    pub(super) status: u16,
    headers: Vec<(String, HeaderText)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Carrier {
    Http,
    Websocket,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Side {
    Client,
    Server,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum How {
    Clean,
    Cut,
    Reset,
    Timeout,
    Unreachable,
    Failed,
    Abandoned,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum HeaderText {
    Text(String),
    Bytes { base64: String },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Data {
    Text(String),
    Base64(String),
    Omitted(usize),
}

impl Line {
    /// Reads a line.
    pub(super) fn read(text: &str) -> Result<Self, RecordingProblem> {
        serde_json::from_str(text).map_err(|source| {
            match serde_json::from_str::<serde::de::IgnoredAny>(text) {
                Err(source) => RecordingProblem::NotJson { source },
                Ok(_) => RecordingProblem::Fields { source },
            }
        })
    }
}

impl HeadLine {
    /// The headers, placeholders in a form that can be sent.
    pub(super) fn headers(&self) -> Result<HeaderMap, RecordingProblem> {
        let mut headers = HeaderMap::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            let value = match value {
                HeaderText::Text(text) => HeaderValue::try_from(sendable(text)).ok(),
                HeaderText::Bytes { base64 } => {
                    STANDARD.decode(base64).ok().and_then(|bytes| HeaderValue::from_bytes(&bytes).ok())
                }
            };
            let header = HeaderName::try_from(name.as_str()).ok().zip(value);
            let (name, value) = header.ok_or_else(|| RecordingProblem::Header { name: name.clone() })?;
            headers.append(name, value);
        }
        Ok(headers)
    }
}

impl Data {
    pub(super) fn bytes(self) -> Result<Bytes, RecordingProblem> {
        match self {
            Self::Text(text) => Ok(Bytes::from(sendable(&text))),
            Self::Base64(text) => {
                STANDARD.decode(text).map(Bytes::from).map_err(|_| RecordingProblem::Base64)
            }
            Self::Omitted(count) if count > MAX_OMITTED => {
                Err(RecordingProblem::OmittedTooMuch { count, limit: MAX_OMITTED })
            }
            Self::Omitted(count) => Ok(Bytes::from(vec![FILLING; count])),
        }
    }
}

/// The text with placeholders that a header can carry: a client that is given `[REDACTED token 2]` as its new token has
/// to be able to send it.
fn sendable(text: &str) -> String {
    text.replace("[REDACTED token ", "[REDACTED-token-")
}
