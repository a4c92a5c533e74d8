//! Every fact as one line of the log: what a bug report finds there.

use std::{fmt::Write, sync::Arc};

use codex_observe::{Event, Observer, OperationEnded, OperationId, OperationStarted, TraceContext};

/// Writes facts to the log before it passes them on. Their fields are safe to be shown: no token, no word of the
/// service's, no account.
pub(crate) struct FactLog(pub(crate) Arc<dyn Observer>);

impl Observer for FactLog {
    fn on_event(&self, event: &Event) {
        if tracing::enabled!(tracing::Level::DEBUG) {
            tracing::debug!("{}", line(event));
        }
        self.0.on_event(event);
    }

    fn on_operation_started(&self, operation: &OperationStarted) {
        tracing::debug!(
            endpoint = operation.endpoint.0,
            url = &*operation.target.url,
            model = operation.model.as_deref(),
            "a call begins"
        );
        self.0.on_operation_started(operation);
    }

    fn on_operation_ended(&self, operation: &OperationEnded) {
        self.0.on_operation_ended(operation);
    }

    fn trace_context(&self, operation: OperationId) -> Option<TraceContext> {
        self.0.trace_context(operation)
    }
}

/// The name of the event, then its fields that have a value.
fn line(event: &Event) -> String {
    let mut line = event.name().to_owned();
    event.visit(&mut |field, value| {
        if let Some(name) = field.name() {
            // Writing to a String cannot fail.
            let _infallible = write!(line, " {name}={value}");
        }
    });
    line
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use codex_observe::{ApiRequest, AttemptError, AuthAttachment, Endpoint, Outcome, RequestContext};

    use super::*;

    #[test]
    fn a_fact_is_one_line() {
        let context = RequestContext::new(Endpoint::RESPONSES, 1, AuthAttachment::none(None));
        let outcome = Outcome::after(std::time::Duration::from_millis(3)).status(401);
        let event = Event::ApiRequest(ApiRequest::new(context, outcome.error(AttemptError::http(401))));
        assert_eq!(
            line(&event),
            "codex.api_request duration_ms=3 http.response.status_code=401 error.message=http 401 attempt=1 \
             endpoint=/responses auth.header_attached=false auth.retry_after_unauthorized=false"
        );
    }
}
