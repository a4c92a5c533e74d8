//! The short cut for deltas: nearly all events of a stream are one flat object with the same few fields.
//!
//! Reading it by hand takes a third of the instructions of the general decoder. Whatever is out of the
//! ordinary (another field, a nested value, a number that is no index, broken JSON) gives `None`, and the
//! general decoder decides; the two never differ, which `tests.rs` checks.

use std::borrow::Cow;

use super::{CallDelta, OutputTextDelta, PartTextDelta, ResponseEvent, SummaryTextDelta};
use crate::type_tag::string_end;

/// The fields of any delta, each at most once.
#[derive(Default)]
struct FlatDelta<'a> {
    delta: Option<Cow<'a, str>>,
    item_id: Option<Cow<'a, str>>,
    obfuscation: Option<Cow<'a, str>>,
    output_index: Option<u32>,
    content_index: Option<u32>,
    summary_index: Option<u32>,
    sequence_number: Option<u64>,
}

/// Decodes an event of this kind if it is an ordinary delta.
pub(super) fn decode(kind: &str, json: &str) -> Option<ResponseEvent> {
    let build = match kind {
        "response.output_text.delta" => FlatDelta::into_output_text,
        "response.function_call_arguments.delta" => {
            |flat| FlatDelta::into_call(flat).map(ResponseEvent::FunctionCallArgumentsDelta)
        }
        "response.reasoning_summary_text.delta" => FlatDelta::into_summary_text,
        "response.reasoning_text.delta" => {
            |flat| FlatDelta::into_part_text(flat).map(ResponseEvent::ReasoningTextDelta)
        }
        "response.custom_tool_call_input.delta" => {
            |flat| FlatDelta::into_call(flat).map(ResponseEvent::CustomToolCallInputDelta)
        }
        _ => return None,
    };
    build(FlatDelta::read(json)?)
}

impl<'a> FlatDelta<'a> {
    fn into_output_text(self) -> Option<ResponseEvent> {
        Some(ResponseEvent::OutputTextDelta(OutputTextDelta {
            delta: self.delta?.into_owned(),
            item_id: self.item_id.map(Cow::into_owned),
            output_index: self.output_index,
            content_index: self.content_index,
            logprobs: Vec::new(),
            obfuscation: self.obfuscation.map(Cow::into_owned),
            sequence_number: self.sequence_number,
        }))
    }

    fn into_summary_text(self) -> Option<ResponseEvent> {
        Some(ResponseEvent::ReasoningSummaryTextDelta(SummaryTextDelta {
            delta: self.delta?.into_owned(),
            item_id: self.item_id.map(Cow::into_owned),
            output_index: self.output_index,
            summary_index: self.summary_index,
            obfuscation: self.obfuscation.map(Cow::into_owned),
            sequence_number: self.sequence_number,
        }))
    }

    fn into_part_text(self) -> Option<PartTextDelta> {
        Some(PartTextDelta {
            delta: self.delta?.into_owned(),
            item_id: self.item_id.map(Cow::into_owned),
            output_index: self.output_index,
            content_index: self.content_index,
            obfuscation: self.obfuscation.map(Cow::into_owned),
            sequence_number: self.sequence_number,
        })
    }

    fn into_call(self) -> Option<CallDelta> {
        Some(CallDelta {
            delta: self.delta?.into_owned(),
            item_id: self.item_id.map(Cow::into_owned),
            output_index: self.output_index,
            obfuscation: self.obfuscation.map(Cow::into_owned),
            sequence_number: self.sequence_number,
        })
    }

    /// Reads the object. The index fields are kept apart from each other: a kind that lacks one ignores it
    /// here as there, whatever its value.
    fn read(json: &'a str) -> Option<Self> {
        let mut cursor = Cursor { json, at: 0 };
        let mut flat = Self::default();
        let mut seen_logprobs = false;
        cursor.expect(b'{')?;
        loop {
            match cursor.key()? {
                b"type" => drop(cursor.after_colon()?.text()?),
                b"delta" => once(&mut flat.delta, cursor.after_colon()?.text()?)?,
                b"item_id" => once(&mut flat.item_id, cursor.after_colon()?.text()?)?,
                b"obfuscation" => once(&mut flat.obfuscation, cursor.after_colon()?.text()?)?,
                b"output_index" => once(&mut flat.output_index, cursor.after_colon()?.index()?)?,
                b"content_index" => once(&mut flat.content_index, cursor.after_colon()?.index()?)?,
                b"summary_index" => once(&mut flat.summary_index, cursor.after_colon()?.index()?)?,
                b"sequence_number" => once(&mut flat.sequence_number, cursor.after_colon()?.number()?)?,
                b"logprobs" if !seen_logprobs => {
                    cursor.after_colon()?.expect(b'[')?;
                    cursor.expect(b']')?;
                    seen_logprobs = true;
                }
                _ => return None,
            }
            match cursor.next()? {
                b',' => {}
                b'}' => return cursor.is_at_end().then_some(flat),
                _ => return None,
            }
        }
    }
}

/// Sets a field; `None` when it is set already.
fn once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

/// A place in the text. Every read skips blanks first, and is `None` when something else stands there.
struct Cursor<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.json.as_bytes().get(self.at)?;
            self.at += 1;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
        }
    }

    fn expect(&mut self, expected: u8) -> Option<()> {
        (self.next()? == expected).then_some(())
    }

    fn after_colon(&mut self) -> Option<&mut Self> {
        self.expect(b':')?;
        Some(self)
    }

    fn is_at_end(&mut self) -> bool {
        self.next().is_none()
    }

    /// A key as written, escapes and all: one with an escape or a control character is no key of ours.
    fn key(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let rest = self.json.as_bytes().get(self.at..)?;
        let length = memchr::memchr(b'"', rest)?;
        self.at += length + 1;
        rest.get(..length)
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        self.expect(b'"')?;
        let (start, stop) = (self.at, string_stop(self.json.as_bytes(), self.at));
        match self.json.as_bytes().get(stop)? {
            b'"' => {
                self.at = stop + 1;
                self.json.get(start..stop).map(Cow::Borrowed)
            }
            b'\\' => {
                self.at = string_end(self.json.as_bytes(), stop)?;
                let quoted = self.json.get(start - 1..self.at)?;
                serde_json::from_str(quoted).ok().map(Cow::Owned)
            }
            _ => None,
        }
    }

    fn index(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    /// A number of digits alone.
    fn number(&mut self) -> Option<u64> {
        let first = self.next()?;
        let mut number = digit(first)?;
        while let Some(more) = self.json.as_bytes().get(self.at).copied().and_then(digit) {
            // JSON has no leading zeros.
            if first == b'0' {
                return None;
            }
            number = number.checked_mul(10)?.checked_add(more)?;
            self.at += 1;
        }
        Some(number)
    }
}

fn digit(byte: u8) -> Option<u64> {
    byte.is_ascii_digit().then(|| u64::from(byte - b'0'))
}

/// Offset of the first quote, backslash or control character at or after `at`; the length when there is
/// none. Looks at eight bytes at once: subtracting 1 from each byte borrows where a byte is 0, so that the
/// lowest high bit marks the first hit (marks above it may be wrong and are not looked at).
fn string_stop(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    const fn every(byte: u8) -> u64 {
        ONES * byte as u64
    }
    let (words, tail) = bytes.get(at..).unwrap_or_default().as_chunks::<8>();
    for chunk in words {
        let word = u64::from_le_bytes(*chunk);
        let quote = word ^ every(b'"');
        let backslash = word ^ every(b'\\');
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(every(0x20)) & !word);
        let found = found & HIGH_BITS;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    tail.iter().position(stops).map_or(bytes.len(), |offset| at + offset)
}

#[cfg(test)]
mod tests;
