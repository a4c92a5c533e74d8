#![doc = include_str!("../README.md")]

mod attachment;
mod circumstances;
mod diagnose;
mod endpoint;
mod event;
mod evidence;
mod history;
mod names;
mod observer;
mod observers;
mod operation;
mod outcome;
mod recovery;
mod safe_text;
mod session;
mod tags;
mod timestamp;
mod visit;

pub use attachment::{AuthAttachment, AuthMode};
pub use circumstances::{CLOCK_SKEW_LIMIT, Circumstances, ClockSkew, CredentialOrigin, VariableState};
pub use diagnose::{Cause, Diagnosis, DiagnosisState, NextStep, diagnose};
pub use endpoint::Endpoint;
pub use event::{
    ApiRequest, Event, FallbackReason, RequestContext, StreamEnded, TransportFallback, WebsocketConnect,
    WebsocketRequest,
};
pub use evidence::{AuthEvidence, ERROR_JSON_HEADER, EVIDENCE_HEADERS, MAX_ERROR_JSON_BYTES};
pub use history::{DEFAULT_HISTORY_EVENTS, History, HistoryObserver};
pub use names::{Field, Privacy, event_name};
pub use observer::{NoObserver, Observer};
pub use observers::Observers;
pub use operation::{
    AnswerFacts, Carrier, EventCount, MAX_EVENT_KINDS, OperationEnded, OperationId, OperationStarted,
    RequestTarget, TokenCounts, TraceContext,
};
pub use outcome::{AttemptError, ErrorClass, MAX_ERROR_DETAIL_CHARS, Outcome};
pub use recovery::{
    AuthRecovery, FollowUp, NotRunReason, PermanentFailure, RecoveryMode, RecoveryOutcome, RecoveryPhase,
    RecoveryStep, TransientFailure,
};
pub use safe_text::{MAX_SAFE_TEXT_CHARS, SafeText};
pub use session::SessionFacts;
pub use tags::TagSet;
pub use timestamp::rfc3339_millis;
pub use visit::FieldValue;
