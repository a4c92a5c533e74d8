#![doc = include_str!("../README.md")]

mod event;
mod evidence;
mod observer;
mod safe_text;

pub use event::{
    ApiRequest, AuthAttachment, AuthMode, Endpoint, ErrorClass, Event, FallbackReason, Outcome,
    RequestContext, StreamEnded, TransportFallback, WebsocketConnect, WebsocketRequest,
};
pub use evidence::{AuthEvidence, MAX_ERROR_JSON_BYTES};
pub use observer::{NoObserver, Observer};
pub use safe_text::{MAX_SAFE_TEXT_CHARS, SafeText};
