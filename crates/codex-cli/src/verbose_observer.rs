//! What `--verbose` tells of each attempt and stream.

use codex_api::{Event, Observer};

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
        match event {
            Event::ApiRequest(request) => {
                let outcome = match request.outcome.status {
                    Some(status) => format!("status {status}"),
                    None => "no answer".to_owned(),
                };
                let id = request.outcome.evidence.request_id.as_deref();
                let id = id.map_or_else(String::new, |id| format!(", request id {id}"));
                let (context, seconds) = (&request.context, request.outcome.duration.as_secs_f64());
                self.status.detail(format_args!(
                    "{} attempt {}: {outcome} after {seconds:.3} s{id}",
                    context.endpoint, context.attempt
                ));
            }
            Event::StreamEnded(stream) => {
                let seconds = stream.outcome.duration.as_secs_f64();
                self.status.detail(format_args!(
                    "{} stream ended: {} events, {} bytes, {seconds:.3} s",
                    stream.context.endpoint, stream.events, stream.bytes
                ));
            }
            _ => {}
        }
    }
}
