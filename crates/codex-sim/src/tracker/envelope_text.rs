//! Takes an envelope apart (Sentry's envelope format): header line, then for each item a header line and a payload.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::EnvelopeItem;

/// Most items of an envelope.
const MAX_ITEMS: usize = 1_000;

/// Largest event, in bytes, as Sentry's.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// Digits of an event id.
const EVENT_ID_DIGITS: usize = 32;

/// An envelope, taken apart.
#[derive(Debug, PartialEq)]
pub(crate) struct EnvelopeText {
    pub(crate) header: Value,
    pub(crate) items: Vec<EnvelopeItem>,
}

/// Why an envelope is refused. Items are numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EnvelopeProblem {
    #[error("the envelope is empty")]
    Empty,
    #[error("the envelope header is no line with a JSON object")]
    Header,
    #[error("`event_id` of the envelope header is not 32 lower-case hex digits")]
    EventId,
    #[error("the header of item {0} is no line with a JSON object")]
    ItemHeader(usize),
    #[error("item {0} has no `type`")]
    NoType(usize),
    #[error("`length` of item {0} is no number of bytes")]
    Length(usize),
    #[error("the payload of item {0} is shorter than its `length`")]
    Short(usize),
    #[error("the payload of item {0} is longer than its `length`: no line end follows it")]
    Long(usize),
    #[error("the event of item {0} is no JSON object")]
    NoEvent(usize),
    #[error("the event of item {0} has no `{1}`")]
    EventField(usize, &'static str),
    #[error("the event of item {0} has another `event_id` than the envelope header")]
    OtherEvent(usize),
    #[error("item {0} is a second event")]
    SecondEvent(usize),
    #[error("item {0} needs an `event_id` in the envelope header")]
    NoEventId(usize),
    #[error("the attachment of item {0} has no `filename`")]
    NoFilename(usize),
    #[error("the event of item {0} is larger than {MAX_EVENT_BYTES} bytes")]
    LargeEvent(usize),
    #[error("the envelope has more than {MAX_ITEMS} items")]
    ManyItems,
}

impl EnvelopeProblem {
    /// Whether it is the size that is wrong.
    pub(crate) fn is_size(self) -> bool {
        matches!(self, Self::LargeEvent(_) | Self::ManyItems)
    }
}

/// Reads an envelope.
pub(crate) fn parse(bytes: &Bytes) -> Result<EnvelopeText, EnvelopeProblem> {
    if bytes.is_empty() {
        return Err(EnvelopeProblem::Empty);
    }
    let mut reader = Reader { bytes, at: 0 };
    let header = object(&reader.line()).ok_or(EnvelopeProblem::Header)?;
    let event_id = header.get("event_id");
    if event_id.is_some_and(|id| !is_event_id(id)) {
        return Err(EnvelopeProblem::EventId);
    }
    let mut items = Vec::new();
    let mut events = 0;
    while reader.skip_empty_lines() {
        let number = items.len() + 1;
        if number > MAX_ITEMS {
            return Err(EnvelopeProblem::ManyItems);
        }
        let (kind, item) = read_item(&mut reader, number)?;
        match kind.as_str() {
            "event" => {
                events += 1;
                check_event(&item, event_id, number)?;
            }
            "attachment" if item.header.get("filename").and_then(Value::as_str).is_none() => {
                return Err(EnvelopeProblem::NoFilename(number));
            }
            "attachment" if event_id.is_none() => return Err(EnvelopeProblem::NoEventId(number)),
            _ => {}
        }
        if events > 1 {
            return Err(EnvelopeProblem::SecondEvent(number));
        }
        items.push(item);
    }
    Ok(EnvelopeText { header: Value::Object(header), items })
}

fn read_item(reader: &mut Reader<'_>, number: usize) -> Result<(String, EnvelopeItem), EnvelopeProblem> {
    let header = object(&reader.line()).ok_or(EnvelopeProblem::ItemHeader(number))?;
    let kind = header.get("type").and_then(Value::as_str).ok_or(EnvelopeProblem::NoType(number))?.to_owned();
    let payload = match header.get("length") {
        None => reader.line(),
        Some(length) => {
            let length = length.as_u64().and_then(|length| usize::try_from(length).ok());
            reader.payload(length.ok_or(EnvelopeProblem::Length(number))?, number)?
        }
    };
    Ok((kind, EnvelopeItem { header: Value::Object(header), payload }))
}

fn check_event(item: &EnvelopeItem, event_id: Option<&Value>, number: usize) -> Result<(), EnvelopeProblem> {
    if item.payload.len() > MAX_EVENT_BYTES {
        return Err(EnvelopeProblem::LargeEvent(number));
    }
    let event = object(&item.payload).ok_or(EnvelopeProblem::NoEvent(number))?;
    let event_id = event_id.ok_or(EnvelopeProblem::NoEventId(number))?;
    if let Some(field) =
        ["event_id", "timestamp", "platform"].into_iter().find(|name| !event.contains_key(*name))
    {
        return Err(EnvelopeProblem::EventField(number, field));
    }
    if event.get("event_id") == Some(event_id) { Ok(()) } else { Err(EnvelopeProblem::OtherEvent(number)) }
}

fn object(json: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(json).ok()
}

fn is_event_id(id: &Value) -> bool {
    id.as_str().is_some_and(|id| {
        id.len() == EVENT_ID_DIGITS && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A place in an envelope. Lines end with LF alone.
struct Reader<'a> {
    bytes: &'a Bytes,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The rest of the line, without its end.
    fn line(&mut self) -> Bytes {
        let rest = self.rest();
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let line = self.bytes.slice(self.at..self.at + length);
        self.at = (self.at + length + 1).min(self.bytes.len());
        line
    }

    /// Goes to the next line that is not empty; whether there is one.
    fn skip_empty_lines(&mut self) -> bool {
        self.at += self.rest().iter().take_while(|byte| **byte == b'\n').count();
        !self.rest().is_empty()
    }

    /// So many bytes, and the line end that follows them.
    fn payload(&mut self, length: usize, number: usize) -> Result<Bytes, EnvelopeProblem> {
        if self.rest().len() < length {
            return Err(EnvelopeProblem::Short(number));
        }
        let end = self.at + length;
        let payload = self.bytes.slice(self.at..end);
        match self.bytes.get(end) {
            None => self.at = end,
            Some(b'\n') => self.at = end + 1,
            Some(_) => return Err(EnvelopeProblem::Long(number)),
        }
        Ok(payload)
    }
}
