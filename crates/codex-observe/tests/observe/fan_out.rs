//! Observers that keep events or pass them on.

use std::sync::{Arc, Mutex, PoisonError};

use codex_observe::*;

use crate::facts::*;

struct Named(&'static str, Arc<Mutex<Vec<String>>>);

impl Observer for Named {
    fn on_event(&self, event: &Event) {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{} {}", self.0, event.name()));
    }
}

#[test]
fn every_observer_hears_every_event_in_order() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let history = Arc::new(HistoryObserver::new());
    let observers = Observers::new()
        .with(Named("first", Arc::clone(&heard)))
        .with(NoObserver)
        .with(Arc::clone(&history))
        .with(Named("last", Arc::clone(&heard)));
    assert_eq!(observers.len(), 4);
    observers.on_event(&http(login(), worked()));
    observers.on_event(&fallback(FallbackReason::Negotiated));
    assert_eq!(
        *heard.lock().expect("no panic"),
        [
            "first codex.api_request",
            "last codex.api_request",
            "first codex.transport_fallback",
            "last codex.transport_fallback"
        ]
    );
    assert_eq!(history.history().events().len(), 2);
}

/// Tells of the calls, and joins them to a trace.
struct Tracer(&'static str, Arc<Mutex<Vec<String>>>);

impl Observer for Tracer {
    fn on_event(&self, _event: &Event) {}

    fn on_operation_started(&self, operation: &OperationStarted) {
        let told = format!("{} started {}", self.0, operation.endpoint);
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }

    fn on_operation_ended(&self, operation: &OperationEnded) {
        let told = format!("{} ended {}", self.0, operation.endpoint);
        self.1.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }

    fn trace_context(&self, _operation: OperationId) -> Option<TraceContext> {
        Some(TraceContext { traceparent: self.0.to_owned(), tracestate: None })
    }
}

#[test]
fn calls_are_told_to_all_and_the_first_trace_is_taken() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let tracer = |name| Arc::new(Tracer(name, Arc::clone(&heard)));
    let observers = Observers::new().with(NoObserver).with(tracer("first")).with(tracer("last"));
    let operation = OperationId::next();
    let target = RequestTarget::new("GET", "https://api.example/models", "api.example", Carrier::Http);
    observers.on_operation_started(&OperationStarted::new(operation, Endpoint::MODELS, target));
    observers.on_operation_ended(&OperationEnded::new(operation, Endpoint::MODELS, worked()));
    assert_eq!(
        *heard.lock().expect("no panic"),
        ["first started /models", "last started /models", "first ended /models", "last ended /models"]
    );
    let trace = observers.trace_context(operation).expect("two have one");
    assert_eq!(trace.traceparent, "first");
    assert_eq!(Observers::new().trace_context(operation), None);
}

#[test]
fn a_history_keeps_the_newest() {
    let observer = HistoryObserver::with_limit(3);
    for n in 1..=5 {
        observer.on_event(&http(login(), worked().evidence(request_id(n))));
    }
    let history = observer.history();
    let ids: Vec<String> = history
        .events()
        .map(|event| {
            let mut id = String::new();
            event.visit(&mut |field, value| {
                if field == Field::RequestId {
                    id = value.to_string();
                }
            });
            id
        })
        .collect();
    assert_eq!(ids, ["req-3", "req-4", "req-5"]);
    assert_eq!(history.forgotten(), 2);
}

#[test]
fn the_limit_of_a_history_is_at_least_one_and_otherwise_the_default() {
    for (mut history, limit) in [(History::with_limit(0), 1), (History::new(), DEFAULT_HISTORY_EVENTS)] {
        history.extend((0..limit + 1).map(|_| http(login(), worked())));
        assert_eq!(history.events().len(), limit);
        assert_eq!(history.forgotten(), 1);
    }
}
