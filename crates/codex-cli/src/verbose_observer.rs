//! What `--verbose` tells of each attempt and stream.

use codex_observe::{Event, Observer, Outcome, RecoveryStep, RequestContext};

use crate::terminal::Status;

/// Says every fact on standard error, as it happens.
pub(crate) struct VerboseObserver {
    status: Status,
}

impl VerboseObserver {
    pub(crate) fn new(status: Status) -> Self {
        Self { status }
    }
}

impl Observer for VerboseObserver {
    fn on_event(&self, event: &Event) {
        let status = &self.status;
        match event {
            Event::ApiRequest(request) => {
                status.detail(attempt("HTTP", &request.context, &request.outcome));
            }
            Event::WebsocketConnect(connect) => {
                status.detail(attempt("WebSocket", &connect.context, &connect.outcome));
            }
            Event::WebsocketRequest(request) => {
                let connection =
                    if request.context.connection_reused == Some(true) { "the open" } else { "a new" };
                let failed = request.outcome.error.as_ref().map_or("", |_| ", and failed");
                let endpoint = request.context.endpoint;
                status.detail(format_args!("{endpoint} went out on {connection} WebSocket{failed}"));
            }
            Event::AuthRecovery(recovery) => status.detail(step(&recovery.step)),
            Event::StreamEnded(stream) => {
                let seconds = stream.outcome.duration.as_secs_f64();
                status.detail(format_args!(
                    "{} stream ended: {} events, {} bytes, {seconds:.3} s",
                    stream.context.endpoint, stream.events, stream.bytes
                ));
            }
            _ => {}
        }
    }
}

fn step(step: &RecoveryStep) -> String {
    let RecoveryStep { mode, phase, outcome } = step;
    let result = match (outcome.state_changed(), outcome.reason()) {
        (Some(true), _) => ", the credentials are new",
        (Some(false), _) => ", the credentials are the same",
        (None, Some(reason)) => return format!("no recovery from the 401: {}", reason.as_str()),
        (None, None) => "",
    };
    format!("recovery from the 401, {} {}: {}{result}", mode.as_str(), phase.as_str(), outcome.as_str())
}

fn attempt(transport: &str, context: &RequestContext, outcome: &Outcome) -> String {
    let answer = match outcome.status {
        Some(status) => format!("status {status}"),
        None => "no answer".to_owned(),
    };
    let id = outcome.evidence.request_id.as_deref();
    let id = id.map_or_else(String::new, |id| format!(", request id {id}"));
    let seconds = outcome.duration.as_secs_f64();
    let RequestContext { endpoint, attempt, .. } = context;
    format!("{endpoint} attempt {attempt} over {transport}: {answer} after {seconds:.3} s{id}")
}
