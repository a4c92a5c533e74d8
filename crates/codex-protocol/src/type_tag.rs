//! Finds the top-level `type` of a JSON object without decoding it.

use std::borrow::Cow;

use memchr::memchr2;

/// What stands under the key `type`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TypeTag<'a> {
    /// No such key, a null, or no object at all.
    Absent,
    /// A string.
    Text(Cow<'a, str>),
    /// Something that is not a string, or a string that is not JSON.
    NotText,
}

impl<'a> TypeTag<'a> {
    /// The tag, empty when there is none.
    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Text(kind) => kind,
            Self::Absent | Self::NotText => "",
        }
    }

    pub(crate) fn into_kind(self) -> String {
        match self {
            Self::Text(kind) => kind.into_owned(),
            Self::Absent | Self::NotText => String::new(),
        }
    }

    /// When there is no tag, takes the one that `guess` finds.
    pub(crate) fn or_untyped(self, guess: fn(&str) -> Option<&'static str>, json: &str) -> Self {
        match self {
            Self::Absent => guess(json).map_or(Self::Absent, |kind| Self::Text(Cow::Borrowed(kind))),
            tag => tag,
        }
    }
}

/// The `type` of the object in `json`. The first such key counts. Only as much of the text is read as lies
/// before it; the text need not be valid JSON.
pub(crate) fn type_tag(json: &str) -> TypeTag<'_> {
    text_of_key(json, "type")
}

/// What stands under a key of the object in `json`, read the same way.
pub(crate) fn text_of_key<'a>(json: &'a str, key: &str) -> TypeTag<'a> {
    find_key(json, key).map_or(TypeTag::Absent, |at| tag_value(json, at))
}

/// Whether the object in `json` has the key at its top level.
pub(crate) fn has_key(json: &str, key: &str) -> bool {
    find_key(json, key).is_some()
}

fn tag_value(json: &str, at: usize) -> TypeTag<'_> {
    let bytes = json.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        let null = json.get(at..at + 4) == Some("null");
        return if null { TypeTag::Absent } else { TypeTag::NotText };
    }
    let Some(end) = string_end(bytes, at + 1) else { return TypeTag::NotText };
    let inner = json.get(at + 1..end - 1).unwrap_or_default();
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return TypeTag::Text(Cow::Borrowed(inner));
    }
    let unescaped = json.get(at..end).and_then(|quoted| serde_json::from_str::<String>(quoted).ok());
    unescaped.map_or(TypeTag::NotText, |text| TypeTag::Text(Cow::Owned(text)))
}

/// Offset of the value of `key` in the top-level object. Keys are compared as written, escapes and all.
fn find_key(json: &str, key: &str) -> Option<usize> {
    let bytes = json.as_bytes();
    let mut at = skip_blanks(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    at += 1;
    loop {
        at = skip_blanks(bytes, at);
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let end = string_end(bytes, at + 1)?;
        let found = bytes.get(at + 1..end - 1) == Some(key.as_bytes());
        at = skip_blanks(bytes, end);
        if bytes.get(at) != Some(&b':') {
            return None;
        }
        at = skip_blanks(bytes, at + 1);
        if found {
            return Some(at);
        }
        at = skip_blanks(bytes, value_end(bytes, at)?);
        if bytes.get(at) != Some(&b',') {
            return None;
        }
        at += 1;
    }
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// Offset just after the closing quote of a string whose first character is at `at`.
pub(crate) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes.get(at) {
            Some(b'"') => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// Offset just after the value at `at`.
fn value_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at + 1)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            b',' if depth == 0 => return Some(at),
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests;
