//! Takes out what must not stand in a recording.

use std::{borrow::Cow, ops::Range};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    credential_forms::{self, Found, What},
    options::RecordedTexts,
    secrets::Secrets,
    text_mask::{self, Written},
};

/// The fewest characters of a secret field's value that is looked for elsewhere too, unless it has digits: a password
/// may be a word.
const MIN_TELLING: usize = 16;

/// Stands for every byte of a text that is masked.
pub(super) const MASK: u8 = b'x';

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// JSON, or anything else.
    Plain,
    /// Server-sent events.
    Events,
    /// `application/x-www-form-urlencoded`.
    Form,
}

impl Notation {
    /// The notation that a `content-type` names.
    pub(super) fn of(content_type: Option<&str>) -> Self {
        match content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim() {
            "text/event-stream" => Self::Events,
            "application/x-www-form-urlencoded" => Self::Form,
            _ => Self::Plain,
        }
    }
}

/// A part of a text that is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) by: String,
}

impl Edit {
    /// Whether it only masks what it covers, byte by byte.
    pub(super) fn is_mask(&self) -> bool {
        self.by.len() == self.range.len() && self.by.bytes().all(|byte| byte == MASK)
    }
}

/// Takes secrets out of all texts of a recording, and masks the words of users and models if that is wished.
pub(super) struct Cleaner {
    pub(super) secrets: Secrets,
    texts: RecordedTexts,
}

impl Cleaner {
    pub(super) fn new(texts: RecordedTexts) -> Self {
        Self { secrets: Secrets::default(), texts }
    }

    /// Whether the words of users and models are masked.
    pub(super) fn masks(&self) -> bool {
        self.texts == RecordedTexts::Mask
    }

    /// A body or message without its secrets.
    pub(super) fn clean(&mut self, bytes: &[u8], notation: Notation) -> Vec<u8> {
        let edits = self.edits(bytes, notation);
        apply(bytes, &edits)
    }

    /// A text of the protocol's own (a header value, a path), which is never masked.
    pub(super) fn clean_name<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        let edits = merged(self.secret_edits(text, Notation::Plain));
        if edits.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(String::from_utf8_lossy(&apply(text.as_bytes(), &edits)).into_owned())
    }

    /// What is to be replaced in a body or message: in order, without overlaps. Bytes that are no UTF-8 count as one
    /// character each.
    pub(super) fn edits(&mut self, bytes: &[u8], notation: Notation) -> Vec<Edit> {
        let text = readable(bytes);
        let mut edits = self.secret_edits(&text, notation);
        if self.masks() {
            let written = if notation == Notation::Events { Written::InEvents } else { Written::Plainly };
            let parts = text_mask::private_parts(&text, written);
            edits.extend(parts.into_iter().map(|range| Edit { by: mask(range.len()), range }));
        }
        merged(edits)
    }

    /// Base64 of JSON without the secrets in the JSON; `None` when there are none, or it is something else.
    pub(super) fn clean_error_json(&mut self, value: &str) -> Option<String> {
        let json = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
        let found = credential_forms::find(&json);
        let edits = merged(self.replacements(&json, found));
        (!edits.is_empty()).then(|| STANDARD.encode(apply(json.as_bytes(), &edits)))
    }

    fn secret_edits(&mut self, text: &str, notation: Notation) -> Vec<Edit> {
        let mut found = credential_forms::find(text);
        if notation == Notation::Form {
            found.extend(credential_forms::find_in_form(text));
        }
        let mut error_json = Vec::new();
        found.retain(|found| {
            if found.what == What::ErrorJson {
                error_json.push(found.range.clone());
            }
            found.what != What::ErrorJson
        });
        let mut edits = self.replacements(text, found);
        for range in error_json {
            let by = text.get(range.clone()).and_then(|value| self.clean_error_json(value));
            edits.extend(by.map(|by| Edit { range, by }));
        }
        edits
    }

    /// What takes the place of the credentials that were found, and of all that are known.
    fn replacements(&mut self, text: &str, found: Vec<Found>) -> Vec<Edit> {
        let mut edits = Vec::new();
        for Found { range, what } in found {
            let Some(secret) = text.get(range.clone()) else { continue };
            let seek = what == What::Secret || is_telling(secret);
            edits.push(Edit { by: self.secrets.token(secret, seek), range });
        }
        edits.extend(self.secrets.find(text).into_iter().map(|(range, by)| Edit { range, by }));
        edits
    }
}

/// Whether a value can be told from an ordinary word.
fn is_telling(secret: &str) -> bool {
    let has_digit = secret.bytes().any(|byte| byte.is_ascii_digit());
    !secret.contains(' ') && (secret.len() >= MIN_TELLING || (secret.len() >= MIN_TELLING / 2 && has_digit))
}

/// The bytes as text, with a `?` for every byte that is no UTF-8, so that places stay the same.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Cow::Owned(text)
}

fn mask(length: usize) -> String {
    char::from(MASK).to_string().repeat(length)
}

/// In order; of those that overlap, the first one takes the place of all. A placeholder comes before a mask.
fn merged(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| (edit.range.start, edit.is_mask()));
    let mut merged: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match merged.last_mut() {
            Some(last) if edit.range.start < last.range.end => {
                last.range.end = last.range.end.max(edit.range.end);
            }
            _ => merged.push(edit),
        }
    }
    merged
}

fn apply(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(bytes.len());
    let mut copied = 0;
    for edit in edits {
        clean.extend_from_slice(bytes.get(copied..edit.range.start).unwrap_or_default());
        clean.extend_from_slice(edit.by.as_bytes());
        copied = edit.range.end;
    }
    clean.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    clean
}

#[cfg(test)]
mod tests;
