//! What a report could not hold as it was.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that a report lacks, holds shortened, or wants looked at before it is sent. Every limit leaves one of these,
/// in the report itself: nothing is dropped in silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Note {
    /// A tag's value was longer than the tracker takes.
    TagCut {
        /// Which tag.
        key: String,
        /// How long the value was, in characters.
        chars: usize,
        /// How long it may be.
        limit: usize,
    },
    /// Line breaks and control characters in a tag's value became blanks.
    TagFlattened {
        /// Which tag.
        key: String,
    },
    /// A tag's key holds what the tracker does not take.
    TagRenamed {
        /// The key as it was given, shortened if it was very long.
        from: String,
        /// The key in the report.
        to: String,
    },
    /// A tag was not taken.
    TagRefused {
        /// The key as it was given, shortened if it was very long.
        key: String,
        /// Why.
        reason: TagRefusal,
    },
    /// The reason was longer than the tracker takes; the report holds the beginning.
    ReasonCut {
        /// How long it was, in characters.
        chars: usize,
        /// How long it may be.
        limit: usize,
    },
    /// There is no such file.
    AttachmentMissing {
        /// Its name.
        name: String,
    },
    /// The file could not be read, or is no file.
    AttachmentUnreadable {
        /// Its name.
        name: String,
        /// What the system said.
        why: String,
    },
    /// The file is larger than a report takes.
    AttachmentTooLarge {
        /// Its name.
        name: String,
        /// Its size.
        bytes: u64,
        /// The largest size.
        limit: u64,
    },
    /// There are more, or altogether larger, files than a report takes.
    AttachmentLeftOut {
        /// Its name.
        name: String,
        /// The most files.
        files: usize,
        /// The most bytes of all files together.
        bytes: u64,
    },
    /// Another attachment has the same name, so this one has another.
    AttachmentRenamed {
        /// Its own name.
        from: String,
        /// Its name in the report.
        to: String,
    },
    /// An attachment, which is sent as it is, holds what looks like a credential.
    AttachmentMayHoldSecret {
        /// Its name.
        name: String,
    },
    /// Older lines of the log are no longer there.
    LogLinesDropped {
        /// How many.
        lines: u64,
    },
    /// The caller wished to send no log.
    LogsLeftOut,
    /// Older events of the run are no longer there.
    EventsForgotten {
        /// How many.
        events: u64,
    },
    /// The event at the tracker has only the latest events as breadcrumbs; the attached report has all.
    BreadcrumbsCut {
        /// How many are missing there.
        events: usize,
    },
    /// The event at the tracker lacks a part that was too large; the attached report has it.
    EventPartCut {
        /// Which part.
        part: String,
        /// How large an event may be, in bytes.
        limit: usize,
    },
    /// A file of the history could not be read and was passed over.
    RunUnreadable {
        /// Its name.
        file: String,
        /// Why.
        why: String,
    },
    /// A stored run had more than the history keeps.
    RunCut {
        /// How many bytes of log it lost.
        log_bytes: u64,
    },
    /// No run was recorded, so that there is no evidence.
    NoRun,
}

/// Why a tag was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TagRefusal {
    /// The report sets it itself.
    Reserved,
    /// It is one of the auth tags, which come from what happened.
    AuthFact,
    /// The key has no character.
    EmptyKey,
    /// There are as many as a report takes.
    TooMany,
    /// After the tracker's rules for keys it has the same key as another one.
    SameKey,
}

impl fmt::Display for TagRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserved => f.write_str("the report sets it itself"),
            Self::AuthFact => f.write_str("it is set by what happened, not by the caller"),
            Self::EmptyKey => f.write_str("its key is empty"),
            Self::TooMany => write!(f, "there are {} tags already", crate::MAX_EXTRA_TAGS),
            Self::SameKey => f.write_str("another tag has the same key at the tracker"),
        }
    }
}

impl std::error::Error for TagRefusal {}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TagCut { key, chars, limit } => {
                write!(f, "Tag {key}: cut from {chars} to {limit} characters")
            }
            Self::TagFlattened { key } => write!(f, "Tag {key}: line breaks became blanks"),
            Self::TagRenamed { from, to } => write!(f, "Tag {from}: named {to} at the tracker"),
            Self::TagRefused { key, reason } => write!(f, "Tag {key}: not taken, {reason}"),
            Self::ReasonCut { chars, limit } => {
                write!(f, "Reason: cut from {chars} to {limit} characters")
            }
            Self::AttachmentMissing { name } => write!(f, "Attachment {name}: there is no such file"),
            Self::AttachmentUnreadable { name, why } => {
                write!(f, "Attachment {name}: could not be read ({why})")
            }
            Self::AttachmentTooLarge { name, bytes, limit } => {
                write!(f, "Attachment {name}: left out, {bytes} bytes where {limit} are the most")
            }
            Self::AttachmentLeftOut { name, files, bytes } => {
                write!(
                    f,
                    "Attachment {name}: left out, a report takes {files} files of {bytes} bytes together"
                )
            }
            Self::AttachmentRenamed { from, to } => {
                write!(f, "Attachment {from}: named {to}, because another one has that name")
            }
            Self::AttachmentMayHoldSecret { name } => {
                write!(f, "Attachment {name}: seems to hold a credential, and is sent as it is")
            }
            Self::LogLinesDropped { lines } => write!(f, "Log: {lines} older lines are no longer there"),
            Self::LogsLeftOut => f.write_str("Log: left out as asked"),
            Self::EventsForgotten { events } => {
                write!(f, "Timeline: {events} older events are no longer there")
            }
            Self::BreadcrumbsCut { events } => {
                write!(f, "Breadcrumbs: without the {events} oldest events, which the attached report has")
            }
            Self::EventPartCut { part, limit } => {
                write!(
                    f,
                    "Event: without {part}, which the attached report has; an event has {limit} bytes at most"
                )
            }
            Self::RunUnreadable { file, why } => write!(f, "History: {file} was passed over ({why})"),
            Self::RunCut { log_bytes } => {
                write!(f, "Log: the oldest {log_bytes} bytes of the recorded run were not kept")
            }
            Self::NoRun => {
                f.write_str("History: no run was recorded, so this report has no timeline and no diagnosis")
            }
        }
    }
}
