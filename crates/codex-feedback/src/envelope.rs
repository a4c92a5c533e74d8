//! The bytes that a tracker takes (Sentry's documentation of envelopes).

use std::{fmt, time::SystemTime};

use bytes::Bytes;
use codex_observe::rfc3339_millis;
use serde::Deserialize;
use serde_json::json;

use crate::{
    Attachment, EventId, attachment::MAX_ATTACHMENTS_BYTES, limits::MAX_ENVELOPE_BYTES,
    log_ring::LOG_RING_BYTES,
};

/// The user's files, the log as itself and in the two forms of the report, and everything else stay far below what a
/// tracker takes.
const _: () = assert!(MAX_ATTACHMENTS_BYTES as usize + 8 * LOG_RING_BYTES < MAX_ENVELOPE_BYTES);

/// An event and its attachments, byte for byte: a header line, then for each item a header line, its bytes, and a line
/// feed. The time of sending is added when it is sent, so that a stored one does not carry an old one.
///
/// ```
/// use codex_feedback::{Envelope, EventId};
///
/// let id: EventId = "9ec79c33ec9942ab8353589fcb2e04dc".parse()?;
/// let envelope = Envelope::new(id, b"{}", &[]);
/// assert_eq!(
///     envelope.stored(),
///     "{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\"}\n\
///      {\"type\":\"event\",\"length\":2,\"content_type\":\"application/json\"}\n{}\n"
/// );
/// # Ok::<(), codex_feedback::InvalidEventId>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    event_id: EventId,
    items: Bytes,
}

impl Envelope {
    /// The media type of an envelope.
    pub const CONTENT_TYPE: &'static str = "application/x-sentry-envelope";

    /// An event (its JSON) and its attachments.
    pub fn new(event_id: EventId, event: &[u8], attachments: &[Attachment]) -> Self {
        let mut items = Vec::new();
        let header =
            format!(r#"{{"type":"event","length":{},"content_type":"application/json"}}"#, event.len());
        add_item(&mut items, &header, event);
        for file in attachments {
            let header = json!({
                "type": "attachment",
                "length": file.bytes.len(),
                "filename": file.name,
                "content_type": file.content_type,
                "attachment_type": "event.attachment",
            });
            add_item(&mut items, &header.to_string(), &file.bytes);
        }
        Self { event_id, items: items.into() }
    }

    /// The event in it.
    pub fn event_id(&self) -> EventId {
        self.event_id
    }

    /// What is sent at that time.
    pub fn sent_at(&self, time: SystemTime) -> Bytes {
        self.with_header(&json!({ "event_id": self.event_id, "sent_at": rfc3339_millis(time) }))
    }

    /// What is kept on disk: all of it but the time of sending.
    pub fn stored(&self) -> Bytes {
        self.with_header(&json!({ "event_id": self.event_id }))
    }

    /// Reads what [`stored`](Self::stored) gave.
    ///
    /// # Errors
    /// [`InvalidEnvelope`] when the first line is not the header of an envelope.
    pub fn from_stored(bytes: &Bytes) -> Result<Self, InvalidEnvelope> {
        #[derive(Deserialize)]
        struct Header {
            event_id: EventId,
        }
        let end = memchr::memchr(b'\n', bytes).ok_or(InvalidEnvelope::NoHeader)?;
        let header: Header = serde_json::from_slice(&bytes[..end]).map_err(InvalidEnvelope::Header)?;
        Ok(Self { event_id: header.event_id, items: bytes.slice(end + 1..) })
    }

    fn with_header(&self, header: &serde_json::Value) -> Bytes {
        let mut bytes = header.to_string().into_bytes();
        bytes.reserve_exact(1 + self.items.len());
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.items);
        bytes.into()
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope[{}, {} bytes]", self.event_id, self.items.len())
    }
}

fn add_item(items: &mut Vec<u8>, header: &str, payload: &[u8]) {
    items.extend_from_slice(header.as_bytes());
    items.push(b'\n');
    items.extend_from_slice(payload);
    items.push(b'\n');
}

/// Bytes that are no stored envelope.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEnvelope {
    /// There is no line break.
    #[error("the envelope has no header line")]
    NoHeader,
    /// The first line is no header.
    #[error("the header line of the envelope cannot be read")]
    Header(#[source] serde_json::Error),
}
