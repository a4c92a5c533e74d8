//! Pure function: bug report and telemetry do not drift apart: one event, both sinks, held against each other field by field.

use std::{collections::BTreeMap, time::Duration};

use codex_api::{AttemptError, AuthAttachment, AuthMode, AuthRecovery, Endpoint, Event, RecoveryStep};
use codex_feedback::{Feedback, Redactor};
use codex_observe::{
    ApiRequest, AuthEvidence, FallbackReason, Field, NotRunReason, Observer, OperationId, Outcome,
    RecoveryOutcome, RecoveryPhase, RequestContext, SafeText, SessionFacts, StreamEnded, TransportFallback,
    WebsocketConnect, WebsocketRequest, event_name,
};
use codex_otel::{ObserverOptions, OtelObserver, Sinks};
use opentelemetry::logs::AnyValue;
use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLoggerProvider};

use crate::bench::{EXHAUSTED, REFRESHED, managed};

/// One event in both sinks, by the names of the fields and of the tags.
struct Sunk {
    name: &'static str,
    telemetry: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
}

fn sink(event: &Event) -> Sunk {
    let exporter = InMemoryLogExporter::default();
    let mut sinks = Sinks::default();
    sinks.logs = Some(SdkLoggerProvider::builder().with_simple_exporter(exporter.clone()).build());
    let mut options = ObserverOptions::default();
    options.session = session(event);
    OtelObserver::new(&sinks, options).on_event(event);
    let records = exporter.get_emitted_logs().unwrap();
    assert_eq!(records.len(), 1);
    let telemetry = records[0].record.attributes_iter();
    let telemetry = telemetry.map(|(name, value)| (name.to_string(), text(value))).collect();

    let feedback = Feedback::new(Redactor::new());
    feedback.on_event(event);
    Sunk { name: event.name(), telemetry, tags: feedback.tags() }
}

/// In telemetry the kind of login is a fact of the session.
fn session(event: &Event) -> SessionFacts {
    let mut session = SessionFacts::default();
    session.auth_mode = match event {
        Event::ApiRequest(it) => it.context.attachment.mode,
        Event::WebsocketConnect(it) => it.context.attachment.mode,
        Event::WebsocketRequest(it) => it.context.attachment.mode,
        Event::StreamEnded(it) => it.context.attachment.mode,
        _ => None,
    };
    session
}

fn text(value: &AnyValue) -> String {
    match value {
        AnyValue::Int(number) => number.to_string(),
        AnyValue::Boolean(flag) => flag.to_string(),
        AnyValue::String(text) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Which family of tags an event writes.
type Family = fn(Field) -> Option<&'static str>;

impl Sunk {
    /// The value of a field in telemetry, and that of its tag.
    fn both(&self, field: Field, family: Family) -> Option<[Option<&String>; 2]> {
        let (name, tag) = (field.name()?, family(field)?);
        Some([self.telemetry.get(name), self.tags.get(tag)])
    }

    /// Every field that has both names has both values, or neither.
    fn same(&self, family: Family) {
        for field in Field::ALL {
            if let Some([telemetry, tag]) = self.both(*field, family) {
                assert_eq!(telemetry, tag, "{field:?} of {}", self.name);
            }
        }
    }

    /// What telemetry tells, the tags tell as well: telemetry of this event has fewer fields, by the contract.
    fn tags_cover_telemetry(&self, family: Family) {
        let mut held = 0;
        for field in Field::ALL {
            if let Some([Some(telemetry), tag]) = self.both(*field, family) {
                assert_eq!(Some(telemetry), tag, "{field:?} of {}", self.name);
                held += 1;
            }
        }
        assert!(held > 0, "{} has nothing to hold against each other", self.name);
    }
}

fn whole_evidence() -> AuthEvidence {
    let mut evidence = AuthEvidence::default();
    evidence.request_id = Some(SafeText::new("req-1"));
    evidence.cf_ray = Some(SafeText::new("ray-1"));
    evidence.auth_error = Some(SafeText::new("invalid_token"));
    evidence.auth_error_code = Some(SafeText::new("token_expired"));
    evidence
}

/// An attempt of which everything is known, and one of which as little as possible is.
fn attempts() -> [(RequestContext, Outcome); 2] {
    let attached = AuthAttachment::attached(AuthMode::Chatgpt, "authorization");
    let mut whole = RequestContext::new(Endpoint::RESPONSES, 2, attached);
    whole.follow_up = REFRESHED.follow_up();
    whole.connection_reused = Some(false);
    let refused = Outcome::after(Duration::from_millis(7)).status(401).error(AttemptError::http(401));
    let bare = RequestContext::new(Endpoint::MODELS, 1, AuthAttachment::none(None));
    let nothing = Outcome::after(Duration::ZERO).error(AttemptError::timeout());
    [(whole, refused.evidence(whole_evidence())), (bare, nothing)]
}

fn recovery(step: RecoveryStep, evidence: AuthEvidence) -> Event {
    Event::AuthRecovery(AuthRecovery::new(Endpoint::RESPONSES, OperationId::next(), step, evidence))
}

#[test]
fn an_attempt_is_the_same_in_both() {
    for (mut context, outcome) in attempts() {
        sink(&Event::WebsocketConnect(WebsocketConnect::new(context.clone(), outcome.clone())))
            .same(Field::attempt_tag);
        sink(&Event::WebsocketRequest(WebsocketRequest::new(context.clone(), outcome.clone())))
            .same_of_request();
        // There is no such fact over HTTP.
        context.connection_reused = None;
        sink(&Event::ApiRequest(ApiRequest::new(context, outcome))).same(Field::attempt_tag);
    }
}

impl Sunk {
    /// Telemetry of a request on a WebSocket tells the connection; the rest stands in that of its handshake.
    fn same_of_request(&self) {
        let [telemetry, tag] = self.both(Field::ConnectionReused, Field::attempt_tag).unwrap();
        assert_eq!(telemetry, tag);
    }
}

#[test]
fn a_401_is_the_same_in_both() {
    let [(mut context, refused), _] = attempts();
    for sunk in [
        sink(&Event::WebsocketConnect(WebsocketConnect::new(context.clone(), refused.clone()))),
        sink(&Event::StreamEnded(StreamEnded::new(context.clone(), refused.clone(), 1, 1))),
        {
            context.connection_reused = None;
            sink(&Event::ApiRequest(ApiRequest::new(context, refused)))
        },
    ] {
        sunk.tags_cover_telemetry(Field::attempt_tag);
        for field in [Field::RequestId, Field::CfRay, Field::AuthError, Field::AuthErrorCode] {
            let [telemetry, tag] = sunk.both(field, Field::unauthorized_tag).unwrap();
            assert!(telemetry.is_some() && telemetry == tag, "{field:?} of {}", sunk.name);
        }
    }
}

#[test]
fn a_step_of_recovery_is_the_same_in_both() {
    let not_run = RecoveryOutcome::NotRun(NotRunReason::NotChatgptAuth);
    for step in [REFRESHED, EXHAUSTED, managed(RecoveryPhase::Reload, not_run), RecoveryStep::NO_AUTH_MANAGER]
    {
        sink(&recovery(step, whole_evidence())).same(Field::unauthorized_tag);
        sink(&recovery(step, AuthEvidence::default())).same(Field::unauthorized_tag);
    }
}

#[test]
fn what_is_no_attempt_leaves_no_tag() {
    let [(mut context, _), _] = attempts();
    // Over HTTP: a stream over a WebSocket is the answer that an attempt there waits for.
    context.connection_reused = None;
    let ended = StreamEnded::new(context, Outcome::after(Duration::ZERO).status(200), 9, 9);
    let fallback = TransportFallback::new(Endpoint::RESPONSES, FallbackReason::Negotiated);
    for event in [Event::StreamEnded(ended), Event::TransportFallback(fallback)] {
        let sunk = sink(&event);
        assert!(sunk.tags.is_empty() && !sunk.telemetry.is_empty(), "{}", sunk.name);
    }
}

/// A new kind of event, or a tag that no event above writes, has to be added here.
#[test]
fn every_kind_of_event_and_every_tag_is_held() {
    let [(context, refused), _] = attempts();
    let [mut http, of_socket] = [context.clone(), context];
    http.connection_reused = None;
    let fallback = TransportFallback::new(Endpoint::RESPONSES, FallbackReason::Negotiated);
    let events = [
        Event::ApiRequest(ApiRequest::new(http, refused.clone())),
        Event::WebsocketConnect(WebsocketConnect::new(of_socket.clone(), refused.clone())),
        Event::WebsocketRequest(WebsocketRequest::new(of_socket.clone(), refused.clone())),
        recovery(REFRESHED, whole_evidence()),
        Event::StreamEnded(StreamEnded::new(of_socket, refused, 1, 1)),
        Event::TransportFallback(fallback),
    ];
    let mut kinds: Vec<&str> = events.iter().map(Event::name).collect();
    let mut all = event_name::ALL.to_vec();
    kinds.sort_unstable();
    all.sort_unstable();
    assert_eq!(kinds, all);

    let feedback = Feedback::new(Redactor::new());
    let mut seen: Vec<String> = Vec::new();
    for event in &events {
        feedback.on_event(event);
        seen.extend(feedback.tags().into_keys());
    }
    for field in Field::ALL {
        for tag in [field.attempt_tag(), field.unauthorized_tag()].into_iter().flatten() {
            assert!(seen.iter().any(|seen| seen == tag), "no event writes {tag}");
        }
    }
}
