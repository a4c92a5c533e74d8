//! The one table: what each event, field and bug-report tag is called, and who may see it.
//!
//! These literals stand here and nowhere else. A new field is one row here and one member of a struct in `event.rs`;
//! the exhaustive patterns in `visit.rs` then ask for its value.

/// Which sinks may carry a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Privacy {
    /// Safe everywhere.
    Both,
    /// Says who the user is: the log sink only.
    LogOnly,
    /// Of use in traces only, such as a count in place of a text.
    TraceOnly,
}

impl Privacy {
    /// Whether the log sink may carry it.
    pub const fn in_log(self) -> bool {
        matches!(self, Self::Both | Self::LogOnly)
    }

    /// Whether the trace sink may carry it.
    pub const fn in_trace(self) -> bool {
        matches!(self, Self::Both | Self::TraceOnly)
    }
}

/// The names of the telemetry events, which are those that the Codex client uses today.
pub mod event_name {
    /// One attempt of an HTTP request.
    pub const API_REQUEST: &str = "codex.api_request";
    /// One attempt of a WebSocket handshake.
    pub const WEBSOCKET_CONNECT: &str = "codex.websocket_connect";
    /// One request on an open WebSocket.
    pub const WEBSOCKET_REQUEST: &str = "codex.websocket_request";
    /// One step of recovery after a 401.
    pub const AUTH_RECOVERY: &str = "codex.auth_recovery";
    /// A session went on over another transport. Ours, in the same vocabulary.
    pub const TRANSPORT_FALLBACK: &str = "codex.transport_fallback";
    /// A stream came to its end. Ours, in the same vocabulary.
    pub const STREAM_ENDED: &str = "codex.stream_ended";

    /// All of them.
    pub const ALL: [&str; 6] =
        [API_REQUEST, WEBSOCKET_CONNECT, WEBSOCKET_REQUEST, AUTH_RECOVERY, TRANSPORT_FALLBACK, STREAM_ENDED];
}

/// Makes the enum, its list and its rows from the one table below.
macro_rules! table {
    ($($(#[doc = $doc:literal])+ $field:ident = $row:expr,)+) => {
        /// One fact that telemetry or a bug report can carry: its names and its privacy class.
        ///
        /// ```
        /// use codex_observe::{Field, Privacy};
        ///
        /// assert_eq!(Field::RequestId.name(), Some("auth.request_id"));
        /// assert_eq!(Field::RequestId.attempt_tag(), Some("auth_request_id"));
        /// assert_eq!(Field::RequestId.unauthorized_tag(), Some("auth_401_request_id"));
        /// assert_eq!(Field::Email.privacy(), Privacy::LogOnly);
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Field {
            $($(#[doc = $doc])+ $field,)+
        }

        impl Field {
            /// Every field, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$field,)+];

            const fn row(self) -> Row {
                match self {
                    $(Self::$field => $row,)+
                }
            }
        }
    };
}

table! {
    // Of the session.

    /// When it was recorded: RFC 3339, milliseconds, UTC. Added by the sink.
    Timestamp = both("event.timestamp"),
    /// Id of the conversation.
    ConversationId = both("conversation.id"),
    /// Version of the application.
    AppVersion = both("app.version"),
    /// Kind of login: in telemetry that of the session, as a tag that of the attempt.
    AuthMode = both("auth_mode").attempt("auth_mode"),
    /// Which client this is.
    Originator = both("originator"),
    /// The terminal.
    TerminalType = both("terminal.type"),
    /// The model that was asked for.
    Model = both("model"),
    /// The catalogue's name of that model.
    Slug = both("slug"),
    /// Account of the login.
    AccountId = log_only("user.account_id"),
    /// E-mail address of the login.
    Email = log_only("user.email"),

    // Of an attempt.

    /// How long it took, in milliseconds.
    DurationMs = both("duration_ms"),
    /// Whether nothing failed.
    Success = both("success"),
    /// HTTP status of the answer.
    StatusCode = both("http.response.status_code"),
    /// What failed, in the words that telemetry may carry.
    ErrorMessage = both("error.message"),
    /// Number of the attempt, from 1.
    Attempt = both("attempt"),
    /// Path below the base URL.
    Endpoint = both("endpoint").attempt("endpoint"),
    /// Whether credentials really went out.
    HeaderAttached = both("auth.header_attached").attempt("auth_header_attached"),
    /// Name of the header that carried them.
    HeaderName = both("auth.header_name").attempt("auth_header_name"),
    /// Whether the attempt follows a 401 that recovery handled.
    RetryAfterUnauthorized =
        both("auth.retry_after_unauthorized").attempt("auth_retry_after_unauthorized"),
    /// Whose credentials the recovery before this attempt was about.
    RecoveryMode = both("auth.recovery_mode").attempt("auth_recovery_mode"),
    /// Which step of recovery this attempt follows.
    RecoveryPhase = both("auth.recovery_phase").attempt("auth_recovery_phase"),
    /// Whether the WebSocket had served a request before.
    ConnectionReused = both("auth.connection_reused").attempt("auth_connection_reused"),
    /// Whether the attempt after a recovery worked.
    FollowUpSuccess = tag_only().attempt("auth_recovery_followup_success"),
    /// HTTP status of the attempt after a recovery.
    FollowUpStatus = tag_only().attempt("auth_recovery_followup_status"),

    // The evidence of an answer.

    /// The id to quote to the service.
    RequestId = both("auth.request_id").attempt("auth_request_id").unauthorized("auth_401_request_id"),
    /// The trace id of the edge.
    CfRay = both("auth.cf_ray").attempt("auth_cf_ray").unauthorized("auth_401_cf_ray"),
    /// What the upstream thought of the credentials.
    AuthError = both("auth.error").attempt("auth_error").unauthorized("auth_401_error"),
    /// The upstream's error code.
    AuthErrorCode = both("auth.error_code").attempt("auth_error_code").unauthorized("auth_401_error_code"),

    // Of a step of recovery.

    /// Whose credentials it is about.
    StepMode = both("auth.mode").unauthorized("auth_recovery_mode"),
    /// Which step it was.
    Step = both("auth.step").unauthorized("auth_recovery_phase"),
    /// What came of it.
    StepOutcome = both("auth.outcome").unauthorized("auth_recovery_outcome"),
    /// Why no step could run.
    StepReason = both("auth.recovery_reason"),
    /// Whether the credentials differ now.
    StateChanged = both("auth.state_changed"),

    // Of a change of transport, and of a stream.

    /// Why the session goes on over another transport.
    FallbackReason = both("fallback.reason"),
    /// Events decoded from the stream.
    StreamEvents = both("stream.events"),
    /// Bytes read from the stream.
    StreamBytes = both("stream.bytes"),
}

impl Field {
    /// Its name in telemetry; `None` for what is a tag of the bug report only.
    pub const fn name(self) -> Option<&'static str> {
        self.row().name
    }

    /// Which sinks may carry it.
    pub const fn privacy(self) -> Privacy {
        self.row().privacy
    }

    /// Its tag in the family of the latest attempt, where it has one.
    pub const fn attempt_tag(self) -> Option<&'static str> {
        self.row().attempt
    }

    /// Its tag in the family of the latest unauthorized answer, where it has one.
    pub const fn unauthorized_tag(self) -> Option<&'static str> {
        self.row().unauthorized
    }
}

/// One row of the table.
#[derive(Clone, Copy)]
struct Row {
    name: Option<&'static str>,
    privacy: Privacy,
    attempt: Option<&'static str>,
    unauthorized: Option<&'static str>,
}

impl Row {
    const fn attempt(self, tag: &'static str) -> Self {
        Self { attempt: Some(tag), ..self }
    }

    const fn unauthorized(self, tag: &'static str) -> Self {
        Self { unauthorized: Some(tag), ..self }
    }
}

const fn both(name: &'static str) -> Row {
    Row { name: Some(name), privacy: Privacy::Both, attempt: None, unauthorized: None }
}

const fn log_only(name: &'static str) -> Row {
    Row { privacy: Privacy::LogOnly, ..both(name) }
}

/// Facts that telemetry does not need: it has the attempts themselves.
const fn tag_only() -> Row {
    Row { name: None, privacy: Privacy::Both, attempt: None, unauthorized: None }
}

#[cfg(test)]
mod tests;
