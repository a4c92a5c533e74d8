#![doc = include_str!("../README.md")]

mod answer_head;
mod auth;
mod background;
mod collector;
mod connection;
mod conversation;
mod default_answer;
mod delta;
mod dialect;
mod endpoints;
mod error;
mod event;
mod event_sequence;
mod exchange;
mod failure;
mod faults;
mod handshake;
mod ids;
mod inbound;
mod insert;
mod item;
mod kept;
mod limits;
mod milliseconds;
mod oauth;
mod playback;
mod prompt;
mod raw;
mod realtime;
mod realtime_options;
mod recorded;
mod replay;
mod reply;
mod reply_stream;
mod request_body;
mod request_check;
mod response_object;
mod responses_socket;
mod root_endpoints;
mod rule;
mod rulebook;
mod scenario;
mod scenario_check;
mod scenario_toml;
mod schema_sample;
mod script;
mod secret;
mod server;
mod service;
mod simulator;
mod socket;
mod tracker;
mod transport;
mod turn;
mod unauthorized;
mod usage;
mod websocket;
mod websocket_options;
mod when;
mod world;

pub use auth::Token;
pub use background::BackgroundTiming;
pub use collector::{MAX_EXPORT_BYTES, MAX_EXPORTS, TelemetryExport, TelemetrySignal};
pub use conversation::{MAX_STORED, MAX_STORED_BYTES};
pub use dialect::{Dialect, FrameErrorShape, HttpErrorShape, LineEnd, StreamErrorShape, Writes};
pub use error::{OAuthProblem, RuleProblem, ScenarioError, SimError};
pub use failure::Failure;
pub use faults::{Cut, CutAt, Drip, Faults, HeadFault, Position, Stall, StreamFailure};
pub use insert::Insert;
pub use limits::{Credits, LimitFamily, LimitWindow, Limits, RateLimit};
pub use oauth::{
    Account, DEFAULT_CLIENT_ID, DeviceFlow, Lifetime, Login, MAX_DEVICE_CODES, MAX_ISSUED, OAuth,
    RefreshState,
};
pub use raw::RawStream;
pub use realtime_options::RealtimeOptions;
pub use recorded::{MAX_RECORDED, MAX_RECORDED_BYTES, RecordedRequest};
pub use replay::{
    BadReplaySpeed, MAX_RECORDING_BYTES, MAX_UNRECORDED, RecordedExchange, RecordingError, RecordingProblem,
    RecordingState, ReplayReport, ReplaySpeed, UnrecordedRequest,
};
pub use reply::{DeltaSize, Output, Reply};
pub use responses_socket::{MAX_IN_FLIGHT, MAX_LANES, MAX_QUEUED};
pub use rule::{Answer, Rule};
pub use scenario::{DEFAULT_BODY_LIMIT, DEFAULT_MODELS, Scenario, UnknownParameters, ZstdBodies};
pub use server::SHUTDOWN_GRACE;
pub use simulator::Simulator;
pub use tracker::{
    DEFAULT_ENVELOPE_LIMIT, Envelope, EnvelopeItem, MAX_ENVELOPES, MAX_KEPT_ENVELOPE_BYTES, Sentry,
};
pub use transport::Transport;
pub use usage::Usage;
pub use websocket_options::{DEFAULT_LIFETIME, DEFAULT_MESSAGE_LIMIT, WebSocketOptions};
pub use when::When;
