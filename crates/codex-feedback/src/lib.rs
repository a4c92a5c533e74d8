#![doc = include_str!("../README.md")]

mod attachment;
mod classification;
mod delivery;
mod dsn;
mod envelope;
mod environment;
mod event_id;
mod event_record;
mod feedback;
mod html;
mod limit_rows;
pub mod limits;
mod local_copy;
mod log_ring;
mod note;
mod private_file;
mod redact;
mod refusal;
mod report;
mod run_history;
mod run_record;
mod sender;
mod spool;
mod tag_limits;
mod tags;
mod tracker_limits;

pub use attachment::{Attachment, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_ATTACHMENTS_BYTES};
pub use classification::{Classification, UnknownClassification};
pub use delivery::{Delivery, DeliveryOutcome, FlushOutcome, Remark, Undelivered};
pub use dsn::{Dsn, DsnError};
pub use envelope::{Envelope, InvalidEnvelope};
pub use environment::{Environment, Variable};
pub use event_id::{EventId, InvalidEventId};
pub use event_record::{EventRecord, FactValue, Verdict};
pub use feedback::Feedback;
pub use local_copy::{LocalCopyError, write_local_copy};
pub use log_ring::{LOG_RING_BYTES, LogRing, LogRingWriter, LogSnapshot, MAX_LOG_RECORD_BYTES};
pub use note::{Note, TagRefusal};
pub use redact::{MIN_SECRET_BYTES, Redactor};
pub use refusal::Refusal;
pub use report::{Report, ReportRequest, RunSummary};
pub use run_history::{
    HistoryError, LoadedRuns, MAX_RUN_FILE_BYTES, MAX_RUN_LOG_BYTES, MAX_RUNS, RunHistory,
};
pub use run_record::{DiagnosisRecord, DiagnosisVerdict, RunFacts, RunRecord, RunResult};
pub use sender::{BoxFuture, EnvelopeRequest, MAX_ANSWER_BYTES, NoAnswer, SendError, Sender, TrackerAnswer};
pub use spool::{
    MAX_REFUSED_REPORTS, MAX_SPOOL_BYTES, MAX_SPOOLED_REPORTS, Spool, SpoolError, SpooledReport, SpooledState,
};
pub use tags::{FeedbackTags, MAX_EXTRA_TAGS, RESERVED_TAGS};
