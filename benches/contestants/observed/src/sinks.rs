//! The sinks of the product, set up as a program sets them up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use codex_feedback::{Feedback, Redactor, RunFacts};
use codex_observe::{AuthMode, HistoryObserver, Observer, Observers, SessionFacts};
use codex_otel::{OtelConfig, Program, SignalCounts, Telemetry};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::Failure;
use crate::order::{Order, SinkName};

/// How long a collector on this machine may take. When it takes longer, the counts will say so.
const PATIENCE: Duration = Duration::from_secs(10);

/// Those that are on.
pub(crate) struct Sinks {
    telemetry: Option<Telemetry>,
    feedback: Option<Feedback>,
    history: Option<Arc<HistoryObserver>>,
    log: Option<Feedback>,
    observer: Arc<dyn Observer>,
}

/// What the sinks took in.
pub(crate) struct Taken {
    logs: SignalCounts,
    traces: SignalCounts,
    metrics: SignalCounts,
    timeline: usize,
    tags: usize,
    history: usize,
    log_lines: usize,
}

impl Sinks {
    pub(crate) fn start(order: &Order) -> Result<Self, Failure> {
        let mut observers = Observers::new();
        let kept = Feedback::new(Redactor::new());
        let telemetry = order.wants(SinkName::Otel).then(|| telemetry(&order.collector)).transpose()?;
        if let Some(telemetry) = &telemetry {
            observers = observers.with(telemetry.observer(session(), None));
        }
        let feedback = order.wants(SinkName::Feedback).then(|| kept.clone());
        if let Some(feedback) = &feedback {
            feedback.set_tag("model", "gpt-5.4")?;
            feedback.set_tag("effort", "medium")?;
            observers = observers.with(feedback.clone());
        }
        if order.wants(SinkName::IdleThread) {
            // It ends with the process.
            std::thread::spawn(std::thread::park);
        }
        let history = order.wants(SinkName::History).then(|| Arc::new(HistoryObserver::new()));
        if let Some(history) = &history {
            observers = observers.with(Arc::clone(history));
        }
        let log = order.wants(SinkName::Log).then_some(kept);
        if let Some(log) = &log {
            let ring = log.logs().layer();
            tracing::subscriber::set_global_default(tracing_subscriber::registry().with(ring))?;
        }
        // Without a sink the client keeps the observer that it has by default.
        let observer: Arc<dyn Observer> =
            if observers.is_empty() { Arc::new(codex_observe::NoObserver) } else { Arc::new(observers) };
        Ok(Self { telemetry, feedback, history, log, observer })
    }

    pub(crate) fn observer(&self) -> Arc<dyn Observer> {
        Arc::clone(&self.observer)
    }

    /// Sends what waits, and waits for the collector.
    pub(crate) fn send(&self) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.flush(PATIENCE);
        }
    }

    /// Ends them.
    pub(crate) fn finish(self, order: &Order) -> Taken {
        let run = self.feedback.map(|feedback| feedback.run(facts(order)));
        let lines = self.log.map(|log| log.logs().snapshot().text);
        let counts = self.telemetry.map(|telemetry| telemetry.shutdown(PATIENCE)).unwrap_or_default();
        Taken {
            logs: counts.logs,
            traces: counts.traces,
            metrics: counts.metrics,
            timeline: run.as_ref().map_or(0, |run| run.events.len()),
            tags: run.as_ref().map_or(0, |run| run.tags.len()),
            history: self.history.map_or(0, |history| history.history().events().len()),
            log_lines: lines.map_or(0, |text| text.lines().count()),
        }
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { logs, traces, metrics, timeline, tags, history, log_lines } = self;
        let lost: u64 =
            [logs, traces, metrics].iter().map(|count| count.dropped + count.failed + count.rejected).sum();
        write!(
            f,
            "taken log_records={} spans={} exports={} lost={lost} timeline={timeline} tags={tags} \
             history={history} log_lines={log_lines}",
            logs.delivered, traces.delivered, metrics.delivered
        )
    }
}

fn telemetry(collector: &str) -> Result<Telemetry, Failure> {
    let mut config = OtelConfig::default();
    config.exporter.endpoint = Some(collector.parse()?);
    Ok(Telemetry::start(&config, Program::new("bench", "1.0.0"))?)
}

/// Every fact there is: attributes cost.
fn session() -> SessionFacts {
    let mut session = SessionFacts::default();
    let text = |text: &str| Some(text.to_owned());
    session.conversation_id = text("0199c1a2-5a0c-7d5e-9d0e-1f2a3b4c5d6e");
    session.app_version = text("1.0.0");
    session.auth_mode = Some(AuthMode::ApiKey);
    session.originator = text("bench");
    session.terminal_type = text("xterm-256color");
    session.model = text("gpt-5.4");
    session.slug = text("gpt-5.4");
    session.account_id = text("acct-bench");
    session.email = text("bench@example.com");
    session
}

fn facts(order: &Order) -> RunFacts {
    let mut facts = RunFacts::default();
    facts.command = format!("stream {} responses", order.responses);
    facts.app_version = "1.0.0".to_owned();
    facts
}
