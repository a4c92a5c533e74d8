//! Tells the observer where a call begins and ends, whichever way it ends.

use std::{sync::Arc, time::Duration};

use codex_observe::{
    AnswerFacts, AttemptError, Carrier, Endpoint, Observer, OperationEnded, OperationId, OperationStarted,
    Outcome, RequestTarget, SafeText,
};
use http::Method;
use tokio::time::Instant;
use url::Url;

use crate::provider::Provider;

/// A call under way. Dropped before [`end`](Self::end), it was given up by its caller.
pub(crate) struct OperationWatch {
    observer: Arc<dyn Observer>,
    operation: OperationId,
    endpoint: Endpoint,
    started: Instant,
    ended: bool,
}

/// What is known of a call before its first attempt.
pub(crate) struct Begun<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) provider: &'a Provider,
    pub(crate) method: &'a Method,
    pub(crate) url: &'a Url,
    pub(crate) carrier: Carrier,
    pub(crate) model: Option<&'a str>,
    pub(crate) streams: bool,
}

impl OperationWatch {
    pub(crate) fn start(observer: Arc<dyn Observer>, begun: &Begun<'_>) -> Self {
        let operation = OperationId::next();
        let mut started = OperationStarted::new(operation, begun.endpoint, target(begun));
        started.model = begun.model.map(SafeText::new);
        started.provider = SafeText::new(&begun.provider.name);
        started.streams = begun.streams;
        observer.on_operation_started(&started);
        Self { observer, operation, endpoint: begun.endpoint, started: Instant::now(), ended: false }
    }

    pub(crate) fn observer(&self) -> &dyn Observer {
        &*self.observer
    }

    pub(crate) fn id(&self) -> OperationId {
        self.operation
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The call is over. Only the first end counts.
    pub(crate) fn end(&mut self, outcome: Outcome, answer: Option<AnswerFacts>) {
        if !std::mem::replace(&mut self.ended, true) {
            let mut ended = OperationEnded::new(self.operation, self.endpoint, outcome);
            ended.answer = answer;
            self.observer.on_operation_ended(&ended);
        }
    }
}

impl Drop for OperationWatch {
    fn drop(&mut self) {
        if !self.ended {
            self.end(Outcome::after(self.elapsed()).error(AttemptError::cancelled()), None);
        }
    }
}

fn target(begun: &Begun<'_>) -> RequestTarget {
    let mut url = begun.url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // A base URL with user-info is refused long before.
    let host = url.host_str().unwrap_or_default();
    let mut target = RequestTarget::new(begun.method.as_str(), url.as_str(), host, begun.carrier);
    target.port = url.port_or_known_default();
    target
}
