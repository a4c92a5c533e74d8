//! Hears that telemetry does not arrive, which is said in the log of its own thread.

use std::{
    fmt::{self, Debug},
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, filter::Targets, layer::Context, registry::LookupSpan};

/// Where the exporters speak.
const TARGET: &str = "codex_otel";

/// Why telemetry did not arrive, the first time it did not. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Complaint(Arc<Mutex<Option<String>>>);

impl Complaint {
    /// What listens for it.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let warnings = Targets::new().with_target(TARGET, Level::WARN);
        Listener(self.clone()).with_filter(warnings)
    }

    /// What was heard.
    pub(crate) fn heard(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Listener(Complaint);

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut told = Told::default();
        event.record(&mut told);
        let mut heard = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get_or_insert_with(|| told.into_clause());
    }
}

/// The facts of such an event.
#[derive(Default)]
struct Told {
    collector: Option<String>,
    why: Option<String>,
}

impl Told {
    fn into_clause(self) -> String {
        let to = self.collector.map_or_else(String::new, |collector| format!(" at {collector}"));
        let why = self.why.map_or_else(String::new, |why| format!(": {why}"));
        format!("the collector{to} does not take it{why}")
    }
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.take(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, format_args!("{value}"));
    }
}

impl Told {
    fn take(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        match field.name() {
            "collector" => self.collector = Some(value.to_string()),
            "why" => self.why = Some(value.to_string()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use tracing_subscriber::prelude::*;

    use super::*;

    #[test]
    fn the_first_warning_of_the_exporters_is_heard() {
        let complaint = Complaint::default();
        let subscriber = tracing_subscriber::registry().with(complaint.layer());
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(why = "not this", "of others");
            tracing::debug!(target: "codex_otel::export", why = "nor this", "quiet");
            assert_eq!(complaint.heard(), None);
            let collector = "http://127.0.0.1:9/v1/logs";
            tracing::warn!(target: "codex_otel::export", signal = "logs", %collector, why = "refused", "not sent");
            tracing::warn!(target: "codex_otel::export", why = "again", "not sent");
        });
        let expected = "the collector at http://127.0.0.1:9/v1/logs does not take it: refused";
        assert_eq!(complaint.heard().as_deref(), Some(expected));
    }
}
