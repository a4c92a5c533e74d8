//! Request bodies: encoded once, shared by every attempt.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;

/// A request body. Encoded when it is made, then shared: a clone copies no bytes.
///
/// A compressed body keeps its uncompressed twin ([`identity`](Self::identity)), so that a server that
/// refuses the encoding can be tried again without encoding anything twice.
///
/// ```
/// use codex_client::{CompressionLevel, RequestBody};
///
/// # fn main() -> Result<(), codex_client::EncodeError> {
/// let body = RequestBody::json(&vec!["hello"; 1000])?;
/// let compressed = body.compress(CompressionLevel::default())?;
/// assert!(compressed.encoded_len() < body.len());
/// assert_eq!(compressed.identity().encoded_len(), body.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RequestBody {
    content: Bytes,
    zstd: Option<Bytes>,
    content_type: &'static str,
}

impl RequestBody {
    /// Encodes a value as JSON (`application/json`).
    ///
    /// # Errors
    /// [`EncodeError::Json`] when the value's `Serialize` fails, for example on a map whose keys are no strings.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, EncodeError> {
        let content = serde_json::to_vec(value).map_err(|source| EncodeError::Json { source })?;
        Ok(Self::bytes("application/json", Bytes::from(content)))
    }

    /// Takes bytes that are encoded already.
    pub fn bytes(content_type: &'static str, content: Bytes) -> Self {
        Self { content, zstd: None, content_type }
    }

    /// Length of the content in bytes, before compression.
    pub fn len(&self) -> usize {
        self.content.len()
    }

    /// Whether there is no content at all.
    pub fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    /// Length in bytes of what goes over the wire.
    pub fn encoded_len(&self) -> usize {
        self.encoded().len()
    }

    /// The content, before compression.
    pub fn content(&self) -> &Bytes {
        &self.content
    }

    /// What goes over the wire.
    pub fn encoded(&self) -> &Bytes {
        self.zstd.as_ref().unwrap_or(&self.content)
    }

    /// Value of the `content-type` header.
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// Value of the `content-encoding` header, if one is due.
    pub fn content_encoding(&self) -> Option<&'static str> {
        self.zstd.as_ref().map(|_| "zstd")
    }

    /// Whether the body goes out compressed.
    pub fn is_compressed(&self) -> bool {
        self.zstd.is_some()
    }

    /// The same body, compressed with zstd.
    ///
    /// # Errors
    /// [`EncodeError::Zstd`] when the encoder fails (out of memory).
    pub fn compress(&self, level: CompressionLevel) -> Result<Self, EncodeError> {
        let packed =
            zstd::bulk::compress(&self.content, level.0).map_err(|source| EncodeError::Zstd { source })?;
        Ok(Self { zstd: Some(Bytes::from(packed)), ..self.clone() })
    }

    /// The same body, uncompressed. Nothing is encoded again.
    #[must_use]
    pub fn identity(&self) -> Self {
        Self { zstd: None, ..self.clone() }
    }
}

/// Lengths and types only: a body may hold anything.
impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody")
            .field("content_type", &self.content_type)
            .field("content_encoding", &self.content_encoding())
            .field("len", &self.len())
            .field("encoded_len", &self.encoded_len())
            .finish_non_exhaustive()
    }
}

/// How hard zstd tries, 1 to 19. The default, 3, is zstd's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CompressionLevel(i32);

impl CompressionLevel {
    /// The fastest level.
    pub const MIN: i32 = 1;
    /// The slowest level that needs no extra memory on the other side.
    pub const MAX: i32 = 19;
    /// Default level.
    pub const DEFAULT: Self = Self(3);

    /// A level; values outside [`MIN`](Self::MIN) to [`MAX`](Self::MAX) are brought to the nearer end.
    pub const fn new(level: i32) -> Self {
        if level < Self::MIN {
            Self(Self::MIN)
        } else if level > Self::MAX {
            Self(Self::MAX)
        } else {
            Self(level)
        }
    }
}

impl Default for CompressionLevel {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why a request body could not be encoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The value does not serialize to JSON.
    #[error("the request body does not serialize to JSON")]
    Json {
        /// What serde found.
        #[source]
        source: serde_json::Error,
    },
    /// The zstd encoder failed.
    #[error("the request body cannot be compressed")]
    Zstd {
        /// What zstd found.
        #[source]
        source: std::io::Error,
    },
}
