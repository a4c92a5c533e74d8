//! The fields of the event that is being read.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;

use super::frame::{SseFrame, SseText};
use super::limits::{SseError, SseLimit};

/// What the lines since the last dispatch said, and what outlives a dispatch.
#[derive(Debug, Default)]
pub(super) struct Fields {
    event: Option<SseText>,
    data: Data,
    /// `id` as last given; it counts from the next dispatch on.
    next_id: Option<SseText>,
    last_event_id: SseText,
    reconnection_time: Option<Duration>,
}

/// The data buffer. One line, by far the most common, is kept as it came.
#[derive(Debug, Default)]
enum Data {
    #[default]
    Nothing,
    OneLine(SseText),
    Joined(String),
}

impl Fields {
    /// Takes in one line that is not empty: `owner[line]`, without its end.
    pub(super) fn line(&mut self, owner: &Bytes, line: Range<usize>, max: usize) -> Result<(), SseError> {
        let text = &owner[line.clone()];
        // The two that make up nearly every stream come first, with the space that everybody writes.
        if text.starts_with(b"data: ") {
            return self.push_data(owner, line.start + 6..line.end, max);
        }
        if text.starts_with(b"event: ") {
            self.set_event(owner, line.start + 7..line.end);
            return Ok(());
        }
        let colon = memchr::memchr(b':', text);
        let name = &text[..colon.unwrap_or(text.len())];
        let after_colon = colon.map_or(text.len(), |at| at + 1);
        let space = usize::from(text.get(after_colon) == Some(&b' '));
        let value = line.start + after_colon + space..line.end;
        match name {
            b"data" => return self.push_data(owner, value, max),
            b"event" => self.set_event(owner, value),
            b"id" => self.set_id(owner, value),
            b"retry" => self.set_retry(&owner[value]),
            // Comments have an empty name.
            _ => {}
        }
        Ok(())
    }

    /// An empty line: hands out the event, if there is data.
    pub(super) fn dispatch(&mut self) -> Option<SseFrame> {
        if let Some(id) = self.next_id.take() {
            self.last_event_id = id;
        }
        let event = self.event.take();
        let data = match std::mem::take(&mut self.data) {
            Data::Nothing => return None,
            Data::OneLine(text) => text,
            Data::Joined(text) => SseText::from(text),
        };
        Some(SseFrame { event, data })
    }

    /// The end of the stream: an unfinished event is dropped.
    /// What is kept of an unfinished event lets go of its chunk, which is used up.
    pub(super) fn let_go(&mut self) {
        if let Some(event) = &mut self.event {
            event.let_go();
        }
        if let Data::OneLine(text) = &mut self.data {
            text.let_go();
        }
    }

    pub(super) fn discard(&mut self) {
        self.event = None;
        self.data = Data::Nothing;
        self.next_id = None;
    }

    pub(super) fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    pub(super) fn reconnection_time(&self) -> Option<Duration> {
        self.reconnection_time
    }

    fn push_data(&mut self, owner: &Bytes, value: Range<usize>, max: usize) -> Result<(), SseError> {
        let held = match &self.data {
            Data::Nothing => 0,
            Data::OneLine(text) => text.len() + 1,
            Data::Joined(text) => text.len() + 1,
        };
        if held + value.len() > max {
            return Err(SseError::TooLarge { what: SseLimit::Event, limit: max });
        }
        let text = SseText::from_slice(owner, value);
        self.data = match std::mem::take(&mut self.data) {
            Data::Nothing => Data::OneLine(text),
            Data::OneLine(first) => Data::Joined(join(first.into_string(), &text)),
            Data::Joined(joined) => Data::Joined(join(joined, &text)),
        };
        Ok(())
    }

    fn set_event(&mut self, owner: &Bytes, value: Range<usize>) {
        self.event = if value.is_empty() { None } else { Some(SseText::from_slice(owner, value)) };
    }

    fn set_id(&mut self, owner: &Bytes, value: Range<usize>) {
        if !owner[value.clone()].contains(&0) {
            // Copied: an id may live as long as the stream, and must not hold its chunk.
            let id = SseText::from_slice(owner, value).into_string();
            self.next_id = Some(SseText::from(id));
        }
    }

    fn set_retry(&mut self, value: &[u8]) {
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            return;
        }
        // Digits only, so what does not parse is too large to wait for.
        let millis = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
        self.reconnection_time = millis.map(Duration::from_millis).or(self.reconnection_time);
    }
}

fn join(mut joined: String, text: &str) -> String {
    joined.reserve(text.len() + 1);
    joined.push('\n');
    joined.push_str(text);
    joined
}
