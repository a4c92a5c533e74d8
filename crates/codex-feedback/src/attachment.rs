//! Files that go with a report.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use bytes::Bytes;

use crate::{Note, Redactor, tag_limits};

/// The largest file that is attached, in bytes.
pub const MAX_ATTACHMENT_BYTES: u64 = 16 * 1024 * 1024;
/// The most bytes of all attached files together.
pub const MAX_ATTACHMENTS_BYTES: u64 = 48 * 1024 * 1024;
/// The most files that are attached.
pub const MAX_ATTACHMENTS: usize = 16;

const MAX_NAME_CHARS: usize = 120;

/// A file that goes with a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment {
    /// Its name, without folders.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// What it holds, as it is.
    pub bytes: Bytes,
}

impl Attachment {
    pub(crate) fn text(name: &str, text: String) -> Self {
        Self { name: name.to_owned(), content_type: "text/plain", bytes: text.into() }
    }

    pub(crate) fn html(name: &str, text: String) -> Self {
        Self { name: name.to_owned(), content_type: "text/html", bytes: text.into() }
    }

    pub(crate) fn json(name: &str, text: String) -> Self {
        Self { name: name.to_owned(), content_type: "application/json", bytes: text.into() }
    }
}

/// Reads the files. One that cannot be attached leaves a note; so does one that seems to hold a credential, since files are
/// attached as they are.
pub(crate) fn read_all(paths: &[PathBuf], redactor: &Redactor, notes: &mut Vec<Note>) -> Vec<Attachment> {
    let mut attachments: Vec<Attachment> = Vec::new();
    let mut names = BTreeSet::new();
    let mut room = MAX_ATTACHMENTS_BYTES;
    for path in paths {
        let own_name = redactor.redact(&name_of(path)).into_owned();
        let read = if attachments.len() < MAX_ATTACHMENTS {
            read(path, &own_name, room)
        } else {
            Err(left_out(&own_name))
        };
        match read {
            Ok(bytes) => {
                let name = unused(&own_name, &mut names, notes);
                room = room.saturating_sub(bytes.len() as u64);
                let text = std::str::from_utf8(&bytes).ok();
                if text.is_some_and(|text| redactor.finds_in(text)) {
                    notes.push(Note::AttachmentMayHoldSecret { name: name.clone() });
                }
                let content_type = if text.is_some() { "text/plain" } else { "application/octet-stream" };
                attachments.push(Attachment { name, content_type, bytes: bytes.into() });
            }
            Err(note) => notes.push(note),
        }
    }
    attachments
}

fn left_out(name: &str) -> Note {
    Note::AttachmentLeftOut { name: name.to_owned(), files: MAX_ATTACHMENTS, bytes: MAX_ATTACHMENTS_BYTES }
}

fn read(path: &Path, name: &str, room: u64) -> Result<Vec<u8>, Note> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Note::AttachmentMissing { name: name.to_owned() },
        _ => Note::AttachmentUnreadable { name: name.to_owned(), why: error.to_string() },
    };
    // Looked at before it is opened: opening a pipe would wait for its writer, and a device never ends.
    let meta = path.metadata().map_err(failed)?;
    if !meta.is_file() {
        return Err(Note::AttachmentUnreadable {
            name: name.to_owned(),
            why: "not a regular file".to_owned(),
        });
    }
    let too_large =
        |bytes| Note::AttachmentTooLarge { name: name.to_owned(), bytes, limit: MAX_ATTACHMENT_BYTES };
    if meta.len() > MAX_ATTACHMENT_BYTES {
        return Err(too_large(meta.len()));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_ATTACHMENT_BYTES + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    match bytes.len() as u64 {
        length if length > MAX_ATTACHMENT_BYTES => Err(too_large(length)),
        length if length > room => Err(left_out(name)),
        _ => Ok(bytes),
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    tag_limits::cut(&name.replace(|c: char| c.is_control() || matches!(c, '/' | '\\'), "_"), MAX_NAME_CHARS)
}

/// The name, or one with a number when it is taken.
fn unused(name: &str, names: &mut BTreeSet<String>, notes: &mut Vec<Note>) -> String {
    let free = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{n}-{name}") });
    let reserved = |name: &String| crate::report::OWN_ATTACHMENTS.contains(&name.as_str());
    let free = free.into_iter().find(|free| !reserved(free) && !names.contains(free)).unwrap_or_default();
    if free != name {
        notes.push(Note::AttachmentRenamed { from: name.to_owned(), to: free.clone() });
    }
    names.insert(free.clone());
    free
}
