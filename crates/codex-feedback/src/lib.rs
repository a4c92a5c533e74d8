#![doc = include_str!("../README.md")]

mod attachment;
mod classification;
mod envelope;
mod environment;
mod event_id;
mod event_record;
mod feedback;
mod html;
mod limit_rows;
pub mod limits;
mod log_ring;
mod note;
mod private_file;
mod redact;
mod report;
mod run_history;
mod run_record;
mod tag_limits;
mod tags;

pub use attachment::{Attachment, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES};
pub use classification::{Classification, UnknownClassification};
pub use envelope::{Envelope, InvalidEnvelope};
pub use environment::{Environment, Variable};
pub use event_id::{EventId, InvalidEventId};
pub use event_record::{EventRecord, FactValue, Verdict};
pub use feedback::Feedback;
pub use log_ring::{LOG_RING_BYTES, LogRing, LogRingWriter, LogSnapshot, MAX_LOG_RECORD_BYTES};
pub use note::{Note, TagRefusal};
pub use redact::{MIN_SECRET_BYTES, Redactor};
pub use report::{Report, ReportRequest, RunSummary};
pub use run_history::{
    HistoryError, LoadedRuns, MAX_RUN_FILE_BYTES, MAX_RUN_LOG_BYTES, MAX_RUNS, RunHistory,
};
pub use run_record::{DiagnosisRecord, DiagnosisVerdict, RunFacts, RunRecord, RunResult};
pub use tags::{FeedbackTags, MAX_EXTRA_TAGS, RESERVED_TAGS};
