#![doc = include_str!("../README.md")]

mod classification;
mod event_id;
mod event_record;
mod feedback;
pub mod limits;
mod log_ring;
mod note;
mod redact;
mod run_record;
mod tag_limits;
mod tags;

pub use classification::{Classification, UnknownClassification};
pub use event_id::{EventId, InvalidEventId};
pub use event_record::{EventRecord, FactValue, Verdict};
pub use feedback::Feedback;
pub use log_ring::{LOG_RING_BYTES, LogRing, LogRingWriter, LogSnapshot, MAX_LOG_RECORD_BYTES};
pub use note::{Note, TagRefusal};
pub use redact::{MIN_SECRET_BYTES, Redactor};
pub use run_record::{DiagnosisRecord, DiagnosisVerdict, RunFacts, RunRecord, RunResult};
pub use tags::{FeedbackTags, MAX_EXTRA_TAGS, RESERVED_TAGS};
