//! From facts to fields: exactly those that the contract names for each event.

use std::{fmt, time::Duration};

use crate::{
    ApiRequest, AuthEvidence, AuthRecovery, Event, Field, Outcome, RequestContext, SafeText, SessionFacts,
    StreamEnded, TransportFallback, WebsocketConnect, WebsocketRequest, event_name,
};

/// The value of a field. Its `Display` is the plain text of a tag: no quotes, no unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValue<'a> {
    /// Text of this run.
    Text(&'a str),
    /// One of a fixed set of words.
    Static(&'static str),
    /// Yes or no.
    Bool(bool),
    /// A count, or an HTTP status.
    Unsigned(u64),
    /// A duration in milliseconds.
    Millis(u64),
}

impl fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Static(text) => f.write_str(text),
            Self::Bool(flag) => flag.fmt(f),
            Self::Unsigned(number) | Self::Millis(number) => number.fmt(f),
        }
    }
}

impl Event {
    /// Its name in telemetry, such as `codex.api_request`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ApiRequest(_) => event_name::API_REQUEST,
            Self::WebsocketConnect(_) => event_name::WEBSOCKET_CONNECT,
            Self::WebsocketRequest(_) => event_name::WEBSOCKET_REQUEST,
            Self::AuthRecovery(_) => event_name::AUTH_RECOVERY,
            Self::TransportFallback(_) => event_name::TRANSPORT_FALLBACK,
            Self::StreamEnded(_) => event_name::STREAM_ENDED,
        }
    }

    /// Shows the visitor each field of this event that has a value, once, without allocating. An absent fact is not shown.
    ///
    /// The fields of the session are not among them: see [`SessionFacts::visit`].
    ///
    /// ```
    /// use codex_observe::{AuthAttachment, ApiRequest, Endpoint, Event, Outcome, RequestContext};
    /// use std::time::Duration;
    ///
    /// let context = RequestContext::new(Endpoint::MODELS, 1, AuthAttachment::none(None));
    /// let event = Event::ApiRequest(ApiRequest::new(context, Outcome::after(Duration::from_millis(7)).status(200)));
    /// let mut line = event.name().to_owned();
    /// event.visit(&mut |field, value| line += &format!(" {}={value}", field.name().unwrap_or_default()));
    /// assert_eq!(
    ///     line,
    ///     "codex.api_request duration_ms=7 http.response.status_code=200 attempt=1 endpoint=/models \
    ///      auth.header_attached=false auth.retry_after_unauthorized=false"
    /// );
    /// ```
    pub fn visit<'a>(&'a self, visitor: &mut dyn FnMut(Field, FieldValue<'a>)) {
        let mut facts = Facts(visitor);
        match self {
            Self::ApiRequest(ApiRequest { context, outcome }) => {
                facts.outcome(outcome);
                facts.number(Field::Attempt, context.attempt);
                facts.request(context);
                facts.evidence(&outcome.evidence);
            }
            Self::WebsocketConnect(WebsocketConnect { context, outcome }) => {
                facts.outcome(outcome);
                facts.flag(Field::Success, outcome.is_success());
                facts.request(context);
                facts.flag(Field::ConnectionReused, false);
                facts.evidence(&outcome.evidence);
            }
            Self::WebsocketRequest(WebsocketRequest { context, outcome }) => {
                facts.duration(outcome.duration);
                facts.flag(Field::Success, outcome.is_success());
                facts.error(outcome);
                facts.connection(context.connection_reused);
            }
            Self::AuthRecovery(recovery) => facts.recovery(recovery),
            Self::TransportFallback(TransportFallback { endpoint, reason }) => {
                facts.word(Field::Endpoint, endpoint.0);
                facts.word(Field::FallbackReason, reason.as_str());
            }
            Self::StreamEnded(StreamEnded { context, outcome, events, bytes }) => {
                facts.outcome(outcome);
                facts.flag(Field::Success, outcome.is_success());
                facts.word(Field::Endpoint, context.endpoint.0);
                facts.number(Field::StreamEvents, *events);
                facts.number(Field::StreamBytes, *bytes);
                facts.evidence(&outcome.evidence);
            }
        }
    }
}

impl SessionFacts {
    /// Shows the visitor each fact of the session that is known. [`Field::Timestamp`] is not among them: the sink that
    /// writes an event adds its time ([`rfc3339_millis`](crate::rfc3339_millis)).
    pub fn visit<'a>(&'a self, visitor: &mut dyn FnMut(Field, FieldValue<'a>)) {
        let Self {
            conversation_id,
            app_version,
            auth_mode,
            originator,
            terminal_type,
            model,
            slug,
            account_id,
            email,
        } = self;
        let mut text = |field, value: &'a Option<String>| {
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                visitor(field, FieldValue::Text(value));
            }
        };
        text(Field::ConversationId, conversation_id);
        text(Field::AppVersion, app_version);
        text(Field::Originator, originator);
        text(Field::TerminalType, terminal_type);
        text(Field::Model, model);
        text(Field::Slug, slug);
        text(Field::AccountId, account_id);
        text(Field::Email, email);
        if let Some(mode) = auth_mode {
            visitor(Field::AuthMode, FieldValue::Static(mode.as_str()));
        }
    }
}

/// Shows the facts that the bug report keeps of an attempt: all those with an [`attempt_tag`](Field::attempt_tag).
pub(crate) fn visit_attempt<'a>(
    context: &'a RequestContext,
    outcome: &'a Outcome,
    visitor: &mut dyn FnMut(Field, FieldValue<'a>),
) {
    let mut facts = Facts(visitor);
    facts.request(context);
    facts.connection(context.connection_reused);
    if let Some(mode) = context.attachment.mode {
        facts.word(Field::AuthMode, mode.as_str());
    }
    facts.evidence(&outcome.evidence);
}

/// Shows how the request went that followed a recovery.
pub(crate) fn visit_follow_up<'a>(outcome: &'a Outcome, visitor: &mut dyn FnMut(Field, FieldValue<'a>)) {
    let mut facts = Facts(visitor);
    facts.flag(Field::FollowUpSuccess, outcome.is_success());
    if let Some(status) = outcome.final_status() {
        facts.number(Field::FollowUpStatus, status);
    }
}

/// Shows the four facts of an answer's head.
pub(crate) fn visit_evidence<'a>(evidence: &'a AuthEvidence, visitor: &mut dyn FnMut(Field, FieldValue<'a>)) {
    Facts(visitor).evidence(evidence);
}

/// Shows the facts of a step of recovery.
pub(crate) fn visit_recovery<'a>(recovery: &'a AuthRecovery, visitor: &mut dyn FnMut(Field, FieldValue<'a>)) {
    Facts(visitor).recovery(recovery);
}

/// Groups of facts, for the one that looks at them. Every pattern is exhaustive, so that no new fact is forgotten.
struct Facts<'v, 'a>(&'v mut dyn FnMut(Field, FieldValue<'a>));

impl<'a> Facts<'_, 'a> {
    fn outcome(&mut self, outcome: &'a Outcome) {
        let Outcome { duration, status, error: _, evidence: _ } = outcome;
        self.duration(*duration);
        if let Some(status) = status {
            self.number(Field::StatusCode, *status);
        }
        self.error(outcome);
    }

    fn error(&mut self, outcome: &'a Outcome) {
        self.text(Field::ErrorMessage, outcome.error.as_ref().map(|error| error.message()));
    }

    fn request(&mut self, context: &'a RequestContext) {
        let RequestContext {
            endpoint,
            attempt: _,
            attachment,
            follow_up,
            connection_reused: _,
            operation: _,
        } = context;
        self.word(Field::Endpoint, endpoint.0);
        self.flag(Field::HeaderAttached, attachment.header_name.is_some());
        if let Some(name) = attachment.header_name {
            self.word(Field::HeaderName, name);
        }
        self.flag(Field::RetryAfterUnauthorized, follow_up.is_some());
        if let Some(follow_up) = follow_up {
            self.word(Field::RecoveryMode, follow_up.mode.as_str());
            self.word(Field::RecoveryPhase, follow_up.phase.as_str());
        }
    }

    fn connection(&mut self, reused: Option<bool>) {
        if let Some(reused) = reused {
            self.flag(Field::ConnectionReused, reused);
        }
    }

    fn evidence(&mut self, evidence: &'a AuthEvidence) {
        let AuthEvidence { request_id, cf_ray, auth_error, auth_error_code } = evidence;
        self.text(Field::RequestId, request_id.as_ref());
        self.text(Field::CfRay, cf_ray.as_ref());
        self.text(Field::AuthError, auth_error.as_ref());
        self.text(Field::AuthErrorCode, auth_error_code.as_ref());
    }

    fn recovery(&mut self, recovery: &'a AuthRecovery) {
        let AuthRecovery { endpoint: _, operation: _, step, evidence } = recovery;
        self.word(Field::StepMode, step.mode.as_str());
        self.word(Field::Step, step.phase.as_str());
        self.word(Field::StepOutcome, step.outcome.as_str());
        self.evidence(evidence);
        if let Some(reason) = step.outcome.reason() {
            self.word(Field::StepReason, reason.as_str());
        }
        if let Some(changed) = step.outcome.state_changed() {
            self.flag(Field::StateChanged, changed);
        }
    }

    fn text(&mut self, field: Field, text: Option<&'a SafeText>) {
        // An empty text says nothing: it is an absent fact.
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            (self.0)(field, FieldValue::Text(text.as_str()));
        }
    }

    fn word(&mut self, field: Field, word: &'static str) {
        (self.0)(field, FieldValue::Static(word));
    }

    fn flag(&mut self, field: Field, flag: bool) {
        (self.0)(field, FieldValue::Bool(flag));
    }

    fn number(&mut self, field: Field, number: impl Into<u64>) {
        (self.0)(field, FieldValue::Unsigned(number.into()));
    }

    fn duration(&mut self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        (self.0)(Field::DurationMs, FieldValue::Millis(millis));
    }
}
