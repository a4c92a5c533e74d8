//! Why a batch did not arrive.

use std::{error::Error, time::Duration};

use codex_observe::SafeText;

use super::grpc;

/// Why a batch did not arrive. Nothing of the batch, and no header, is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// No connection, or one that broke.
    #[error("the collector cannot be reached")]
    Transport {
        /// Why, without the URL.
        #[source]
        source: reqwest::Error,
    },
    /// The answer broke off, or is larger than [`MAX_ANSWER_BYTES`](crate::MAX_ANSWER_BYTES).
    #[error("the answer of the collector cannot be read")]
    Answer {
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A success that is none of OTLP, such as the page of a login.
    #[error(
        "the answer is none of OTLP: its media type is {media_type}; is there a proxy or a login in between?"
    )]
    MediaType {
        /// What it says it is, or `none`.
        media_type: SafeText,
    },
    /// A success whose body is not what it says it is.
    #[error("the answer is not {encoding} of OTLP; is the URL that of a collector?")]
    Undecodable {
        /// `JSON` or `protobuf`.
        encoding: &'static str,
    },
    /// No answer in time.
    #[error("the collector did not answer within {limit:?}")]
    Timeout {
        /// The time for one batch.
        limit: Duration,
    },
    /// An answer that is no success.
    #[error("the collector answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// How long the collector asks to wait.
        retry_after: Option<Duration>,
    },
    /// An answer that is no success.
    #[error("the collector answered with gRPC status {code}: {message}")]
    Grpc {
        /// The status.
        code: u32,
        /// What the collector says to it.
        message: SafeText,
    },
    /// An answer over HTTP/2 that is none of gRPC.
    #[error("the answer has no gRPC status; does the collector speak gRPC at this port?")]
    NoGrpcStatus,
    /// The batch cannot be written as JSON.
    #[error("the batch cannot be written as JSON")]
    Json {
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl SendError {
    /// Whether the same batch may be sent again.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport { source } => !source.is_builder(),
            Self::Status { status, .. } => matches!(status, 429 | 502 | 503 | 504),
            Self::Grpc { code, .. } => grpc::is_retryable(*code),
            // After the head of an answer the batch was most likely taken: twice is worse than perhaps once.
            Self::Answer { .. }
            | Self::MediaType { .. }
            | Self::Undecodable { .. }
            | Self::Timeout { .. }
            | Self::NoGrpcStatus
            | Self::Json { .. } => false,
        }
    }

    /// How long the collector asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The error and its causes in one line.
    pub(super) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
