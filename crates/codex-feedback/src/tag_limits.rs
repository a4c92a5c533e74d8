//! Tags as a tracker takes them.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::{
    Note, TagRefusal,
    limits::{MAX_TAG_KEY_CHARS, MAX_TAG_VALUE_CHARS},
};

/// Keys that trackers keep for attributes of the event itself.
const TRACKER_KEYS: [&str; 7] = ["release", "dist", "environment", "user", "filename", "function", "level"];

/// The tags with keys and values that the tracker takes. What had to change is added to the notes.
pub(crate) fn within_limits(
    tags: impl IntoIterator<Item = (String, String)>,
    notes: &mut Vec<Note>,
) -> BTreeMap<String, String> {
    let mut clean = BTreeMap::new();
    for (key, value) in tags {
        let allowed = allowed_key(&key);
        if allowed != key {
            notes.push(Note::TagRenamed { from: shortened(&key), to: allowed.clone() });
        }
        match clean.entry(allowed) {
            Entry::Vacant(free) => {
                let value = allowed_value(free.key(), &value, notes);
                if !value.is_empty() {
                    free.insert(value);
                }
            }
            Entry::Occupied(_) => {
                notes.push(Note::TagRefused { key: shortened(&key), reason: TagRefusal::SameKey });
            }
        }
    }
    clean
}

/// A key of any length, short enough for a note.
pub(crate) fn shortened(key: &str) -> String {
    cut(key, MAX_TAG_VALUE_CHARS).replace(char::is_control, " ")
}

/// At most so many characters, the last of which shows that there were more.
pub(crate) fn cut(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some(_) => text.chars().take(max_chars.saturating_sub(1)).chain(['…']).collect(),
    }
}

fn allowed_key(key: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
    let key = if TRACKER_KEYS.contains(&key) { format!("tag_{key}") } else { key.to_owned() };
    key.chars().take(MAX_TAG_KEY_CHARS).map(|c| if allowed(c) { c } else { '_' }).collect()
}

fn allowed_value(key: &str, value: &str, notes: &mut Vec<Note>) -> String {
    let value = value.trim();
    let flat = value.replace(char::is_control, " ");
    if flat != value {
        notes.push(Note::TagFlattened { key: key.to_owned() });
    }
    let chars = flat.chars().count();
    if chars > MAX_TAG_VALUE_CHARS {
        notes.push(Note::TagCut { key: key.to_owned(), chars, limit: MAX_TAG_VALUE_CHARS });
    }
    cut(&flat, MAX_TAG_VALUE_CHARS)
}
