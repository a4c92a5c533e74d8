//! Writes a made-up, realistic report to standard output, in one of its forms: `html`, `text`, `json`, or `envelope`, as a
//! tracker takes it.
//!
//! ```sh
//! cargo run -p codex-feedback --example sample_report -- html > report.html
//! ```

use std::{
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use codex_feedback::{
    Classification, Environment, Feedback, LoadedRuns, Redactor, Report, ReportRequest, RunFacts, RunResult,
};
use codex_observe::{
    ApiRequest, AttemptError, AuthAttachment, AuthEvidence, AuthMode, AuthRecovery, Endpoint, Event,
    FallbackReason, Observer, OperationId, Outcome, PermanentFailure, RecoveryMode, RecoveryOutcome,
    RecoveryPhase, RecoveryStep, RequestContext, StreamEnded, TransportFallback, WebsocketConnect,
};
use codex_protocol::{CreditsSnapshot, RateLimitSnapshot, RateLimitWindow};
use tracing_subscriber::prelude::*;

/// The time of the story, in milliseconds since it began.
static NOW: AtomicU64 = AtomicU64::new(0);

fn clock() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_356_000) + Duration::from_millis(NOW.load(Ordering::Relaxed))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let feedback = Feedback::with_clock(Redactor::new(), clock);
    let subscriber = tracing_subscriber::registry().with(feedback.logs().layer());
    tracing::subscriber::with_default(subscriber, || tell(&feedback));
    for (key, value) in [("model", "gpt-test"), ("effort", "high"), ("features", "web_search\ncompact")] {
        feedback.set_tag(key, value)?;
    }
    let _ = feedback.set_tag("thread_id", "not yours");
    feedback.set_rate_limits(limits());

    let mut facts = RunFacts::default();
    facts.command = "respond".to_owned();
    facts.app_version = "0.1.0".to_owned();
    facts.thread_id = Some("0199a213-81c0-7800-8aa1-bbab2a035a53".to_owned());
    facts.session_source = Some("cli".to_owned());
    facts.result = RunResult::Failed;
    facts.error =
        Some("http 401: the login is no longer valid; log in again with `codex-api login`".to_owned());
    let mut runs = LoadedRuns::from(feedback.run(facts));
    let mut earlier = runs.runs[0].clone();
    earlier.started_at = "2026-11-22T09:12:44.018Z".to_owned();
    earlier.result = RunResult::Succeeded;
    runs.runs.push(earlier);

    let environment = Environment::collect("0.1.0", |name| {
        let value = match name {
            "HTTPS_PROXY" => "http://ada:secret@proxy.internal:3128",
            "NO_PROXY" => "localhost,.internal",
            "SSL_CERT_FILE" => "/etc/ssl/corporate.pem",
            "TERM_PROGRAM" => "iTerm.app",
            "TERM_PROGRAM_VERSION" => "3.5.2",
            _ => return None,
        };
        Some(value.to_owned())
    });
    let mut request = ReportRequest::new(Classification::Bug, environment);
    request.reason =
        Some("Since this morning every request fails after a few minutes.\nA second terminal with the same login still works.".to_owned());
    request.attachments = vec!["Cargo.toml".into(), "no-such-file.txt".into()];
    request.created_at = clock();
    let report = Report::build(runs, request, feedback.redactor());
    let form = std::env::args().nth(1).unwrap_or_else(|| "html".to_owned());
    let bytes = match form.as_str() {
        "html" => report.to_html().into_bytes(),
        "text" => report.to_text().into_bytes(),
        "json" => report.to_json().into_bytes(),
        "envelope" => report.envelope().sent_at(clock()).to_vec(),
        _ => return Err("the form is one of html, text, json, envelope".into()),
    };
    std::io::stdout().write_all(&bytes)?;
    Ok(())
}

fn tell(feedback: &Feedback) {
    let mut models = context(Endpoint::MODELS, 1);
    models.operation = OperationId::next();
    at(
        212,
        feedback,
        &Event::ApiRequest(ApiRequest::new(models, ok(198).evidence(evidence("req_models_7f31", None)))),
    );

    let operation = OperationId::next();
    let mut handshake = context(Endpoint::RESPONSES, 1);
    handshake.operation = operation;
    tracing::info!(target: "codex_api::pipeline", endpoint = "/responses", "connecting");
    let refused = Outcome::after(Duration::from_millis(340))
        .error(AttemptError::network("proxy answered 403 to CONNECT"));
    at(590, feedback, &Event::WebsocketConnect(WebsocketConnect::new(handshake, refused)));
    tracing::warn!(target: "codex_core::session", reason = "connect failed", "the session goes on over HTTP");
    at(
        592,
        feedback,
        &Event::TransportFallback(TransportFallback::new(Endpoint::RESPONSES, FallbackReason::ConnectFailed)),
    );

    let mut compact = context(Endpoint::COMPACT, 1);
    compact.operation = OperationId::next();
    at(1_010, feedback, &Event::ApiRequest(ApiRequest::new(compact.clone(), ok(310))));
    let end = StreamEnded::new(compact, ok(1_650), 482, 96_310);
    at(2_240, feedback, &Event::StreamEnded(end));

    refused_twice(feedback);
    for chunk in 0..160 {
        tracing::trace!(target: "codex_client::sse", chunk, bytes = 512 + chunk * 3, "frame");
    }
    tracing::error!(target: "codex_core::auth", code = "refresh_token_reused", "the token authority refused: log in again");
}

/// A 401, a step of recovery, another 401, and a step that fails for good.
fn refused_twice(feedback: &Feedback) {
    let operation = OperationId::next();
    let steps = [
        (2_840, 420, RecoveryPhase::Reload, RecoveryOutcome::Succeeded { state_changed: false }),
        (
            3_620,
            410,
            RecoveryPhase::RefreshToken,
            RecoveryOutcome::FailedPermanent(PermanentFailure::Exhausted),
        ),
    ];
    let mut follow_up = None;
    for (attempt, (ends, took, phase, outcome)) in (1..).zip(steps) {
        let mut context = context(Endpoint::RESPONSES, attempt);
        context.operation = operation;
        context.follow_up = follow_up;
        let seen = evidence(&format!("req_0199a2_{attempt}"), Some("token_expired"));
        let refused = Outcome::after(Duration::from_millis(took))
            .status(401)
            .error(AttemptError::http(401))
            .evidence(seen.clone());
        tracing::debug!(target: "codex_api::pipeline", attempt, "POST https://ada:pw@api.example/v1/responses?key=sk-secret0123456789");
        at(ends, feedback, &Event::ApiRequest(ApiRequest::new(context, refused)));
        tracing::warn!(target: "codex_core::auth", status = 401, authorization = "Bearer abc.def.ghi", "unauthorized");
        let step = RecoveryStep { mode: RecoveryMode::Managed, phase, outcome };
        follow_up = step.follow_up();
        at(
            ends + 240,
            feedback,
            &Event::AuthRecovery(AuthRecovery::new(Endpoint::RESPONSES, operation, step, seen)),
        );
    }
}

fn at(ms: u64, feedback: &Feedback, event: &Event) {
    NOW.store(ms, Ordering::Relaxed);
    feedback.on_event(event);
}

fn context(endpoint: Endpoint, attempt: u32) -> RequestContext {
    RequestContext::new(endpoint, attempt, AuthAttachment::attached(AuthMode::Chatgpt, "authorization"))
}

fn ok(ms: u64) -> Outcome {
    Outcome::after(Duration::from_millis(ms)).status(200)
}

fn evidence(request_id: &str, auth_error: Option<&str>) -> AuthEvidence {
    AuthEvidence::from_headers(|name| match name {
        "x-request-id" => Some(request_id.as_bytes()),
        "cf-ray" => Some(b"9a1f0c2e7b3d-FRA"),
        "x-openai-authorization-error" => auth_error.map(str::as_bytes),
        _ => None,
    })
}

fn limits() -> RateLimitSnapshot {
    let mut limits = RateLimitSnapshot::default();
    limits.limit_id = Some("codex".to_owned());
    let window = |used_percent, minutes, resets_at| {
        let mut window = RateLimitWindow::default();
        window.used_percent = used_percent;
        window.window_minutes = Some(minutes);
        window.resets_at = Some(resets_at);
        window
    };
    limits.primary = Some(window(76.0, 300, 1_795_366_000));
    limits.secondary = Some(window(31.5, 10_080, 1_795_856_000));
    let mut credits = CreditsSnapshot::default();
    credits.has_credits = true;
    credits.balance = Some("12.50".to_owned());
    limits.credits = Some(credits);
    limits
}
