//! All that listens to a client, and all that comes out of it.

use std::{
    error::Error,
    fmt::Write,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use codex_api::{ApiError, Event, Observer};
use codex_feedback::{
    Classification, Environment, Feedback, LoadedRuns, Redactor, Report, ReportRequest, RunFacts, RunHistory,
    RunResult,
};
use codex_observe::{HistoryObserver, Observers, OperationEnded, OperationStarted, SessionFacts, diagnose};
use codex_otel::{ObserverOptions, OtelObserver, Sinks as Providers, UserPrompt};
use opentelemetry_sdk::{
    logs::{InMemoryLogExporter, SdkLoggerProvider},
    metrics::{InMemoryMetricExporter, SdkMeterProvider},
    trace::{InMemorySpanExporter, SdkTracerProvider},
};
use tempfile::TempDir;

use crate::{
    listener,
    planted::{ACCOUNT_ID, EMAIL, PASSWORD, PROMPT, QUERY, nothing_found, private, secrets},
};

pub struct Sinks {
    pub feedback: Feedback,
    /// The state folder of the program.
    pub state: TempDir,
    ear: Arc<Ear>,
    history: Arc<HistoryObserver>,
    errors: Mutex<Vec<String>>,
    otel: Arc<OtelObserver>,
    meters: SdkMeterProvider,
    logs: InMemoryLogExporter,
    spans: InMemorySpanExporter,
    metrics: InMemoryMetricExporter,
}

impl Sinks {
    pub fn new() -> Self {
        listener::listen();
        let (logs, spans) = (InMemoryLogExporter::default(), InMemorySpanExporter::default());
        let metrics = InMemoryMetricExporter::default();
        let meters = SdkMeterProvider::builder().with_periodic_exporter(metrics.clone()).build();
        let mut providers = Providers::default();
        providers.logs = Some(SdkLoggerProvider::builder().with_simple_exporter(logs.clone()).build());
        providers.traces = Some(SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build());
        providers.metrics = Some(meters.clone());
        let mut options = ObserverOptions::default();
        let mut session = SessionFacts::default();
        session.account_id = Some(ACCOUNT_ID.to_owned());
        session.email = Some(EMAIL.to_owned());
        options.session = session;
        let otel = Arc::new(OtelObserver::new(&providers, options));
        otel.user_prompt(&UserPrompt::new(PROMPT));
        Self {
            feedback: Feedback::new(Redactor::new()),
            state: tempfile::tempdir().unwrap(),
            ear: Arc::default(),
            // The diagnosis is about the latest call.
            history: Arc::new(HistoryObserver::with_limit(8)),
            errors: Mutex::default(),
            otel,
            meters,
            logs,
            spans,
            metrics,
        }
    }

    pub fn observer(&self) -> Arc<dyn Observer> {
        Arc::new(
            Observers::new()
                .with(Arc::clone(&self.ear))
                .with(Arc::clone(&self.history))
                .with(Arc::clone(&self.otel))
                .with(self.feedback.clone()),
        )
    }

    /// What one call left behind: its error, the tags, the diagnosis.
    #[track_caller]
    pub fn check_call(&self, error: &ApiError) {
        nothing_found("error", &texts(error), &secrets());
        nothing_found("tags", &format!("{:?}", self.feedback.tags()), &private());
        nothing_found("diagnosis", &self.diagnosis(), &private());
        self.errors.lock().unwrap().push(error.report().to_string());
    }

    /// Everything that went out so far.
    #[track_caller]
    pub fn check_all(&self) {
        let (secrets, private) = (secrets(), private());
        nothing_found("log", &listener::unchecked(), &secrets);
        nothing_found("events and operations", &self.ear.0.lock().unwrap(), &private);
        self.check_telemetry(&private);
        for (form, text) in self.report() {
            nothing_found(form, &text, &secrets);
        }
        check_files(self.state.path(), &[]);
    }

    fn diagnosis(&self) -> String {
        let diagnosis = diagnose(&self.history.history());
        format!("{diagnosis} {} {diagnosis:?}", diagnosis.next_step())
    }

    /// E-mail and account id go to the log sink, and to no other.
    fn check_telemetry(&self, private: &[String]) {
        self.otel.close();
        self.meters.force_flush().unwrap();
        let records = format!("{:?}", self.logs.get_emitted_logs().unwrap());
        assert!(records.contains(EMAIL) && records.contains(ACCOUNT_ID), "{records}");
        let records = records.replace(EMAIL, "").replace(ACCOUNT_ID, "");
        nothing_found("log records", &records, private);
        let spans = format!("{:?}", self.spans.get_finished_spans().unwrap());
        nothing_found("spans", &spans, private);
        let metrics = format!("{:?}", self.metrics.get_finished_metrics().unwrap());
        nothing_found("metrics", &metrics, private);
    }

    /// The report on this run, after it was kept on disk, in all its forms.
    fn report(&self) -> [(&'static str, String); 6] {
        let mut facts = RunFacts::default();
        facts.command = "respond".to_owned();
        facts.result = RunResult::Failed;
        facts.error = Some(self.errors.lock().unwrap().join("\n"));
        let history = RunHistory::at(self.state.path().join("runs"));
        let file = history.save(&self.feedback.run(facts)).unwrap();
        let runs: LoadedRuns = history.load();
        let environment = Environment::collect("1.2.3", |name| match name {
            "OPENAI_API_KEY" | "CODEX_API_KEY" => Some(crate::planted::API_KEY.to_owned()),
            _ => Some(format!("http://ada:{PASSWORD}@proxy.test:3128/?key={QUERY}")),
        });
        let report =
            Report::build(runs, ReportRequest::new(Classification::Bug, environment), &Redactor::new());
        let envelope = report.envelope().stored();
        [
            ("run on disk", fs::read_to_string(file).unwrap()),
            ("report as text", report.to_text()),
            ("report as JSON", report.to_json()),
            ("report as a page", report.to_html()),
            ("envelope", String::from_utf8_lossy(&envelope).into_owned()),
            ("Debug of the report", format!("{report:?}")),
        ]
    }
}

/// Every form in which an error can be shown: itself, its report, its causes.
pub fn texts(error: &(dyn Error + 'static)) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    if let Some(error) = error.downcast_ref::<ApiError>() {
        write!(text, " {} {:?}", error.report(), error.context()).unwrap();
    }
    let mut source = error.source();
    while let Some(cause) = source {
        write!(text, " {cause} {cause:?}").unwrap();
        source = cause.source();
    }
    text
}

/// No file below `folder` holds a secret, but those with these names.
#[track_caller]
pub fn check_files(folder: &Path, but: &[&str]) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            check_files(&path, but);
        } else if !but.iter().any(|name| path.ends_with(name)) {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            nothing_found(&path.display().to_string(), &text, &secrets());
        }
    }
}

/// Writes down all that an observer is told.
#[derive(Default)]
pub struct Ear(pub Mutex<String>);

impl Observer for Ear {
    fn on_event(&self, event: &Event) {
        let mut text = self.0.lock().unwrap();
        event.visit(&mut |field, value| write!(text, "{field:?}={value} ").unwrap());
        writeln!(text, "{event:?}").unwrap();
    }

    fn on_operation_started(&self, operation: &OperationStarted) {
        writeln!(self.0.lock().unwrap(), "{operation:?}").unwrap();
    }

    fn on_operation_ended(&self, operation: &OperationEnded) {
        writeln!(self.0.lock().unwrap(), "{operation:?}").unwrap();
    }
}
