//! When a request body is compressed, and which servers do not want it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use url::{Origin, Url};

use crate::body::{CompressionLevel, EncodeError, RequestBody};

/// When to compress request bodies (zstd). Off by default: proxies and other servers often refuse it.
///
/// ```
/// use codex_client::{Compression, CompressionMemory, RequestBody};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let url = "https://service.example/v1/answers".parse()?;
/// let body = RequestBody::json(&"x".repeat(10_000))?;
/// let memory = CompressionMemory::default();
///
/// let sent = Compression::on().apply(&body, &url, &memory)?;
/// assert!(sent.is_compressed());
///
/// // The server answered 415: try once more with `sent.identity()`, and remember.
/// memory.remember_refusal(&url);
/// assert!(!Compression::on().apply(&body, &url, &memory)?.is_compressed());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compression {
    /// Whether to compress at all.
    pub mode: CompressionMode,
    /// Bodies shorter than this, in bytes, go out as they are.
    pub threshold_bytes: usize,
}

/// Whether request bodies are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompressionMode {
    /// Never.
    #[default]
    Off,
    /// From [`Compression::threshold_bytes`] on, except to servers that refused it.
    On,
}

impl Compression {
    /// Default of [`threshold_bytes`](Self::threshold_bytes): 4 KiB. Below that a body fits in a few
    /// packets anyway.
    pub const DEFAULT_THRESHOLD_BYTES: usize = 4 * 1024;

    /// Compress from the default threshold on.
    pub const fn on() -> Self {
        Self { mode: CompressionMode::On, threshold_bytes: Self::DEFAULT_THRESHOLD_BYTES }
    }

    /// Never compress.
    pub const fn off() -> Self {
        Self { mode: CompressionMode::Off, threshold_bytes: Self::DEFAULT_THRESHOLD_BYTES }
    }

    /// The body to send to `url` under this policy. A body that zstd cannot make smaller goes out as it is.
    ///
    /// # Errors
    /// [`EncodeError::Zstd`] when the encoder fails.
    pub fn apply(
        &self,
        body: &RequestBody,
        url: &Url,
        memory: &CompressionMemory,
    ) -> Result<RequestBody, EncodeError> {
        let wanted = self.mode == CompressionMode::On && body.len() >= self.threshold_bytes;
        if !wanted || body.is_compressed() || memory.refuses(url) {
            return Ok(body.clone());
        }
        let compressed = body.compress(CompressionLevel::default())?;
        Ok(if compressed.encoded_len() < body.len() { compressed } else { body.clone() })
    }

    /// Whether an answer with this status may mean that the server does not read the encoding: 400 and
    /// 415. Such a request is worth one more try with [`RequestBody::identity`].
    pub fn is_refusal(status: StatusCode) -> bool {
        matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE)
    }
}

impl Default for Compression {
    fn default() -> Self {
        Self::off()
    }
}

/// The origins (scheme, host, port) that refused compressed bodies. Clones share one memory.
///
/// Remember an origin only when the uncompressed try went better: a 400 has many causes.
#[derive(Clone, Debug, Default)]
pub struct CompressionMemory {
    refused: Arc<Mutex<HashSet<Origin>>>,
}

impl CompressionMemory {
    /// At most this many origins are remembered; further ones are tried with compression every time.
    pub const MAX_ORIGINS: usize = 256;

    /// Whether the origin of `url` refused a compressed body before.
    pub fn refuses(&self, url: &Url) -> bool {
        self.lock().contains(&url.origin())
    }

    /// Notes that the origin of `url` refuses compressed bodies.
    pub fn remember_refusal(&self, url: &Url) {
        let mut refused = self.lock();
        if refused.len() < Self::MAX_ORIGINS {
            refused.insert(url.origin());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Origin>> {
        // A set is whole after any panic.
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
