#![doc = include_str!("../README.md")]

mod answer;
mod attempt_facts;
mod auth;
mod client;
mod course;
mod echoed_secrets;
mod endpoint;
mod error;
mod error_context;
mod event_counts;
mod exchange;
mod fact_log;
mod final_response;
mod finished_items;
mod foreign_answer;
mod frames;
mod head_facts;
mod json_problem;
mod lanes;
mod operation;
mod operation_watch;
mod options;
mod pipeline;
mod provider;
mod realtime_url;
mod recovery;
mod response_identity;
mod resuming_stream;
mod server_error;
mod server_message;
mod stream;
mod stream_end;
mod structured;
mod tool_loop;

pub use answer::MAX_BODY_BYTES;
pub use auth::{ApiKey, AuthError, AuthProvider, Credentials, NoAuth};
pub use client::{
    API_KEY_VARIABLE, ApiClient, BASE_URL_VARIABLE, ORGANIZATION_VARIABLE, PROJECT_VARIABLE, SetupError,
};
pub use endpoint::{
    compact::CompactClient,
    memories::MemoriesClient,
    models::{Models, ModelsAnswer, ModelsClient, ModelsQuery},
    realtime::{
        RealtimeConnection, RealtimeMode, RealtimeReader, RealtimeSettings, RealtimeWebsocketClient,
        RealtimeWriter,
    },
    responses::ResponsesClient,
    responses_websocket::{
        Continuation, ResponsesWebsocketClient, ResponsesWebsocketConnection, WebsocketRequestOptions,
    },
    stored_responses::StoredResponsesClient,
};
pub use error::{ApiError, ApiErrorKind, DecodeError, RetryAdvice};
pub use error_context::{AnsweredAt, ErrorContext, StreamProgress, TurnTries};
pub use lanes::MAX_WAITING_BYTES;
pub use options::{ResponsesOptions, SessionSource, TurnState};
pub use provider::{BaseUrlProblem, HeaderProblem, OPENAI_BASE_URL, Provider, ProviderError};
pub use recovery::{NoRecovery, Recovery, RecoveryProgress};
pub use resuming_stream::ResumingStream;
pub use server_message::ServerMessage;
pub use stream::ResponseStream;
pub use stream_end::StreamEnd;
pub use structured::StructuredError;
pub use tool_loop::{DEFAULT_MAX_ROUNDS, ToolError, ToolLoopError, ToolSet};

pub use codex_client::{
    Backoff, Bounded, BoxFuture, ClientConfig, CloseAdvice, CloseCode, ClosedReason, ClosedStage,
    Compression, ConnectReason, HttpTransport, ProxyReason, ReqwestTransport, ResponseHead, RetryPolicy,
    SseLimits, TimeoutPhase, Timeouts, TlsReason, TransportError, UrlError, WebSocketError, WebSocketLimits,
    WebSocketOptions, WebSocketTransport,
};
pub use codex_observe::{
    AttemptError, AuthAttachment, AuthEvidence, AuthMode, AuthRecovery, Endpoint, Event, FallbackReason,
    NoObserver, NotRunReason, Observer, OperationId, PermanentFailure, RecoveryMode, RecoveryOutcome,
    RecoveryPhase, RecoveryStep, SafeText, TransientFailure, TransportFallback,
};
pub use codex_protocol::*;
