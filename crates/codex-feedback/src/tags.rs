//! The tags of a report while a process runs.

use std::collections::BTreeMap;

use codex_observe::{Event, Field, TagSet};

use crate::{Note, TagRefusal, tag_limits};

/// The most tags that a caller can add to those of the auth families.
pub const MAX_EXTRA_TAGS: usize = 64;

/// Tags that a report sets itself. Nobody else does.
pub const RESERVED_TAGS: [&str; 5] =
    ["thread_id", "classification", "cli_version", "session_source", "reason"];

/// The longest value that is kept until the report is made, in characters; trackers take far fewer.
const MAX_KEPT_VALUE_CHARS: usize = 4_096;
/// The most refusals that are remembered for the notes.
const MAX_REFUSALS: usize = 32;

/// The three auth families, kept up to date event by event, and what the caller adds: `model`, `effort`, and so on.
///
/// ```
/// use codex_feedback::{FeedbackTags, TagRefusal};
///
/// let mut tags = FeedbackTags::new();
/// tags.set("model", "gpt-test")?;
/// assert_eq!(tags.set("thread_id", "other"), Err(TagRefusal::Reserved));
/// assert_eq!(tags.snapshot()["model"], "gpt-test");
/// # Ok::<(), TagRefusal>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FeedbackTags {
    auth: TagSet,
    extra: BTreeMap<String, String>,
    refused: Vec<Note>,
}

impl FeedbackTags {
    /// No tags yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what happened.
    pub fn apply(&mut self, event: &Event) {
        self.auth.apply(event);
    }

    /// Adds a tag, or changes one that was added. A value without a character removes it. What the tracker does not take
    /// is put right when the report is made, with a note.
    ///
    /// # Errors
    /// Why the tag is not taken; the report says so too. There are at most [`MAX_EXTRA_TAGS`].
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), TagRefusal> {
        if let Err(reason) = self.check(key) {
            self.remember(key, reason);
            return Err(reason);
        }
        if value.is_empty() {
            self.extra.remove(key);
        } else {
            self.extra.insert(key.to_owned(), value.chars().take(MAX_KEPT_VALUE_CHARS).collect());
        }
        Ok(())
    }

    /// All tags as they are now, as the tracker takes them: the auth families, and what was added. None of the
    /// [`RESERVED_TAGS`] is among them.
    pub fn snapshot(&self) -> BTreeMap<String, String> {
        self.with_notes().0
    }

    /// The tags, and what became of those that the tracker does not take as they are.
    pub(crate) fn with_notes(&self) -> (BTreeMap<String, String>, Vec<Note>) {
        let mut notes = self.refused.clone();
        let auth = self.auth.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        let extra = self.extra.clone();
        let tags = tag_limits::within_limits(auth.chain(extra), &mut notes);
        (tags, notes)
    }

    fn check(&self, key: &str) -> Result<(), TagRefusal> {
        let is_auth = |field: &Field| [field.attempt_tag(), field.unauthorized_tag()].contains(&Some(key));
        if key.is_empty() {
            Err(TagRefusal::EmptyKey)
        } else if RESERVED_TAGS.contains(&key) {
            Err(TagRefusal::Reserved)
        } else if Field::ALL.iter().any(is_auth) {
            Err(TagRefusal::AuthFact)
        } else if self.extra.len() >= MAX_EXTRA_TAGS && !self.extra.contains_key(key) {
            Err(TagRefusal::TooMany)
        } else {
            Ok(())
        }
    }

    fn remember(&mut self, key: &str, reason: TagRefusal) {
        let note = Note::TagRefused { key: tag_limits::shortened(key), reason };
        if self.refused.len() < MAX_REFUSALS && !self.refused.contains(&note) {
            self.refused.push(note);
        }
    }
}
