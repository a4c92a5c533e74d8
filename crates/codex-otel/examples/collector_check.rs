//! Sends one refused and one recovered attempt to the collector that the standard variables name, and says what became
//! of it: `OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 cargo run -p codex-otel --example collector_check`.

use std::time::Duration;

use codex_observe::{
    ApiRequest, AttemptError, AuthAttachment, AuthEvidence, AuthMode, AuthRecovery, Carrier, Endpoint, Event,
    FollowUp, Observer, OperationEnded, OperationId, OperationStarted, Outcome, RecoveryMode,
    RecoveryOutcome, RecoveryPhase, RecoveryStep, RequestContext, RequestTarget, SafeText, SessionFacts,
    StreamEnded,
};
use codex_otel::{OtelConfig, OtelObserver, Program, Telemetry, parent_from_lookup};

/// How long the collector may take at the end.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let variable = |name: &str| std::env::var(name).ok();
    let (config, ignored) = OtelConfig::default().with_environment(variable)?;
    ignored.iter().for_each(|variable| println!("ignored: {variable}"));
    if !config.is_enabled() {
        println!("no collector is named, so there is nothing to check: set OTEL_EXPORTER_OTLP_ENDPOINT");
        return Ok(());
    }
    let telemetry = Telemetry::start(&config, Program::new("collector-check", env!("CARGO_PKG_VERSION")))?;
    let mut session = SessionFacts::default();
    session.conversation_id = Some("conversation-1".to_owned());
    session.model = Some("gpt-5.1".to_owned());
    session.email = Some("someone@example.com".to_owned());
    tell_the_story(&telemetry.observer(session, parent_from_lookup(variable)));
    println!("{:#?}", telemetry.shutdown(PATIENCE));
    Ok(())
}

fn tell_the_story(observer: &OtelObserver) {
    let id = OperationId::next();
    let target =
        RequestTarget::new("POST", "https://api.openai.com/v1/responses", "api.openai.com", Carrier::Http);
    observer.on_operation_started(&OperationStarted::new(id, Endpoint::RESPONSES, target));

    let mut evidence = AuthEvidence::default();
    evidence.request_id = Some(SafeText::new("req-1"));
    evidence.auth_error_code = Some(SafeText::new("token_expired"));
    let outcome = Outcome::after(Duration::from_millis(40)).status(401).error(AttemptError::http(401));
    let refused = ApiRequest::new(context(id, 1), outcome.evidence(evidence.clone()));
    observer.on_event(&Event::ApiRequest(refused));

    let step = RecoveryStep {
        mode: RecoveryMode::Managed,
        phase: RecoveryPhase::RefreshToken,
        outcome: RecoveryOutcome::Succeeded { state_changed: true },
    };
    observer.on_event(&Event::AuthRecovery(AuthRecovery::new(Endpoint::RESPONSES, id, step, evidence)));

    let mut second = context(id, 2);
    second.follow_up = Some(FollowUp { mode: step.mode, phase: step.phase });
    let answered = Outcome::after(Duration::from_millis(60)).status(200);
    observer.on_event(&Event::ApiRequest(ApiRequest::new(second.clone(), answered)));
    let done = Outcome::after(Duration::from_secs(1)).status(200);
    observer.on_event(&Event::StreamEnded(StreamEnded::new(second, done.clone(), 12, 3_400)));
    observer.on_operation_ended(&OperationEnded::new(id, Endpoint::RESPONSES, done));
}

fn context(id: OperationId, attempt: u32) -> RequestContext {
    let attachment = AuthAttachment::attached(AuthMode::Chatgpt, "authorization");
    let mut context = RequestContext::new(Endpoint::RESPONSES, attempt, attachment);
    context.operation = id;
    context
}
