//! What the decoder hands out.

use std::fmt;
use std::ops::{Deref, Range};

use bytes::Bytes;
use bytestring::ByteString;

/// One dispatched event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseFrame {
    /// The event's type; `None` when the stream named none, which means `message`.
    pub event: Option<SseText>,
    /// The data: the values of all `data` lines, joined by LF.
    pub data: SseText,
}

/// Text of an event: valid UTF-8 that shares the memory of the chunk it came in.
///
/// Cloning copies nothing. As long as a text lives, **so does its whole chunk** (commonly 8 KiB to 1 MiB):
/// whoever keeps texts for long should keep [`into_string`](Self::into_string) instead.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SseText(ByteString);

impl SseText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A copy that holds no chunk.
    pub fn into_string(self) -> String {
        String::from(&*self.0)
    }

    /// The bytes, still shared.
    pub fn into_bytes(self) -> Bytes {
        self.0.into_bytes()
    }

    /// A text that shares its memory with what it was cut from.
    /// Below this length, in bytes, [`let_go`](Self::let_go) copies: 64 KiB. A copy of more costs more than the rest of a
    /// chunk is worth.
    pub const COPIED_BELOW: usize = 64 * 1024;

    /// Lets go of the chunk that the text is a slice of, by copying the text, unless it is long. A reader calls it before
    /// it waits for more: the memory of the chunk can then be read into again.
    pub fn let_go(&mut self) {
        if self.len() < Self::COPIED_BELOW {
            *self = Self::from(self.as_str().to_owned());
        }
    }

    pub(crate) fn from_shared(text: ByteString) -> Self {
        Self(text)
    }

    /// A part of `owner` as text: shared when it is valid UTF-8, else a copy with each bad sequence replaced
    /// by U+FFFD.
    pub(super) fn from_slice(owner: &Bytes, range: Range<usize>) -> Self {
        match ByteString::try_from(owner.slice(range.clone())) {
            Ok(text) => Self(text),
            Err(_) => Self(String::from_utf8_lossy(&owner[range]).into_owned().into()),
        }
    }
}

impl Deref for SseText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for SseText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for SseText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&'static str> for SseText {
    fn from(text: &'static str) -> Self {
        Self(ByteString::from_static(text))
    }
}

impl PartialEq<str> for SseText {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for SseText {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for SseText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for SseText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
