#![doc = include_str!("../README.md")]

mod attachment;
mod endpoint;
mod event;
mod evidence;
mod observer;
mod operation;
mod outcome;
mod recovery;
mod safe_text;
mod session;

pub use attachment::{AuthAttachment, AuthMode};
pub use endpoint::Endpoint;
pub use event::{
    ApiRequest, Event, FallbackReason, RequestContext, StreamEnded, TransportFallback, WebsocketConnect,
    WebsocketRequest,
};
pub use evidence::{AuthEvidence, MAX_ERROR_JSON_BYTES};
pub use observer::{NoObserver, Observer};
pub use operation::OperationId;
pub use outcome::{AttemptError, ErrorClass, MAX_ERROR_DETAIL_CHARS, Outcome};
pub use recovery::{
    AuthRecovery, FollowUp, NotRunReason, PermanentFailure, RecoveryMode, RecoveryOutcome, RecoveryPhase,
    RecoveryStep, TransientFailure,
};
pub use safe_text::{MAX_SAFE_TEXT_CHARS, SafeText};
pub use session::SessionFacts;
