//! Records what goes over the wire, so that a bug report can carry its own reproduction (`docs/recording.md`).
//!
//! ```text
//! transports.rs   the wrapped transports      open_exchange.rs   what they tell about one exchange
//! tape.rs         a bounded queue that nobody waits for  ──►  scribe.rs   the thread that writes
//!   clean_head.rs  headers and URLs    cleaner.rs  texts: secrets.rs + credential_forms.rs, text_mask.rs
//!   held_body.rs   chunks, until no secret can be half seen    entry.rs  the lines    recording_file.rs  the file
//! ```

mod clean_head;
mod cleaner;
mod credential_forms;
mod entry;
mod error;
mod held_body;
mod open_exchange;
mod options;
mod recorder;
mod recording_file;
mod scribe;
mod secrets;
mod tape;
mod text_mask;
mod transports;

pub use error::RecordError;
pub use options::{RecordedTexts, RecordingOptions};
pub use recorder::{FINISH_PATIENCE, Recorder, RecordingCut, RecordingSummary};
pub use tape::MAX_WAITING_BYTES;
