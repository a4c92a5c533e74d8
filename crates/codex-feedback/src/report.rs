//! The report: all that would be sent, in one value.

mod build;
mod connectivity;
mod json;
mod sentry_event;
mod text;

use std::{collections::BTreeMap, path::PathBuf, time::SystemTime};

use codex_protocol::RateLimitSnapshot;
use serde::Serialize;

use crate::{
    Attachment, Classification, DiagnosisRecord, Envelope, Environment, EventId, EventRecord, LoadedRuns,
    Note, Redactor, RunRecord, RunResult, html,
};

const LOG_NAME: &str = "codex-logs.log";
const CONNECTIVITY_NAME: &str = "codex-connectivity-diagnostics.txt";
const JSON_NAME: &str = "codex-report.json";
const HTML_NAME: &str = "codex-report.html";

/// Names of the attachments that a report writes itself; a file of the same name is renamed.
pub(crate) const OWN_ATTACHMENTS: [&str; 4] = [LOG_NAME, CONNECTIVITY_NAME, JSON_NAME, HTML_NAME];

/// What the user says, and what goes with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReportRequest {
    /// What the report is about.
    pub classification: Classification,
    /// What happened, in the user's words.
    pub reason: Option<String>,
    /// Id of the conversation, where it is not that of the run.
    pub thread_id: Option<String>,
    /// Where the program runs.
    pub environment: Environment,
    /// Whether the log goes with it.
    pub include_logs: bool,
    /// Files that go with it, as they are.
    pub attachments: Vec<PathBuf>,
    /// The time of the report.
    pub created_at: SystemTime,
}

impl ReportRequest {
    /// A report with the log, without words and files.
    pub fn new(classification: Classification, environment: Environment) -> Self {
        Self {
            classification,
            reason: None,
            thread_id: None,
            environment,
            include_logs: true,
            attachments: Vec::new(),
            created_at: SystemTime::now(),
        }
    }
}

/// A bug report, complete: what is previewed is what is sent. Without credentials, and within the tracker's limits;
/// what it lacks for that is in its [`notes`](Report::notes).
///
/// ```
/// use codex_feedback::{Classification, Environment, Feedback, LoadedRuns, Redactor, Report, ReportRequest, RunFacts};
///
/// let feedback = Feedback::new(Redactor::new());
/// let runs = LoadedRuns::from(feedback.run(RunFacts::default()));
/// let environment = Environment::collect("1.2.3", |name| std::env::var(name).ok());
/// let request = ReportRequest::new(Classification::Bug, environment);
/// let report = Report::build(runs, request, feedback.redactor());
/// assert!(report.to_text().contains("nothing failed"));
/// assert_eq!(report.tags()["classification"], "bug");
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    event_id: EventId,
    created_at: String,
    title: String,
    classification: Classification,
    reason: Option<String>,
    thread_id: Option<String>,
    diagnosis: Option<DiagnosisRecord>,
    run: Option<RunSummary>,
    tags: BTreeMap<String, String>,
    events: Vec<EventRecord>,
    rate_limits: Vec<RateLimitSnapshot>,
    environment: Environment,
    earlier_runs: Vec<RunSummary>,
    notes: Vec<Note>,
    #[serde(skip)]
    logs: String,
    #[serde(skip)]
    attachments: Vec<Attachment>,
    #[serde(skip)]
    breadcrumbs: usize,
}

/// How a run went, in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RunSummary {
    /// What was run.
    pub command: String,
    /// When it began.
    pub started_at: String,
    /// How it ended.
    pub result: RunResult,
    /// What the user was told when it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl From<&RunRecord> for RunSummary {
    fn from(run: &RunRecord) -> Self {
        Self {
            command: run.command.clone(),
            started_at: run.started_at.clone(),
            result: run.result,
            error: run.error.clone(),
            cause: run.diagnosis.as_ref().map(|diagnosis| diagnosis.cause.clone()),
        }
    }
}

impl Report {
    /// Makes the report on the newest of `runs`; the others are summed up. Reads the attached files.
    ///
    /// It never fails: what could not be had is a note.
    pub fn build(runs: LoadedRuns, request: ReportRequest, redactor: &Redactor) -> Self {
        build::report(runs, request, redactor)
    }

    /// Its name at the tracker.
    pub fn event_id(&self) -> EventId {
        self.event_id
    }

    /// Its title, such as `[Bug]: Codex session 0199…`.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it is about.
    pub fn classification(&self) -> Classification {
        self.classification
    }

    /// The user's words.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Id of the conversation.
    pub fn thread_id(&self) -> Option<&str> {
        self.thread_id.as_deref()
    }

    /// When it was made: RFC 3339, milliseconds, UTC.
    pub fn created_at(&self) -> &str {
        &self.created_at
    }

    /// What the run means.
    pub fn diagnosis(&self) -> Option<&DiagnosisRecord> {
        self.diagnosis.as_ref()
    }

    /// The run it is about.
    pub fn run(&self) -> Option<&RunSummary> {
        self.run.as_ref()
    }

    /// The runs before it, newest first.
    pub fn earlier_runs(&self) -> &[RunSummary] {
        &self.earlier_runs
    }

    /// The tags as the tracker takes them, with the reserved ones.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    /// What happened, oldest first.
    pub fn events(&self) -> &[EventRecord] {
        &self.events
    }

    /// The usage limits the service reported last.
    pub fn rate_limits(&self) -> &[RateLimitSnapshot] {
        &self.rate_limits
    }

    /// Where the program runs.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What it lacks or holds shortened.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The log; empty when it was left out.
    pub fn logs(&self) -> &str {
        &self.logs
    }

    /// The user's files.
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// The report for a terminal. Control characters are escaped.
    pub fn to_text(&self) -> String {
        text::render(self)
    }

    /// The report as one JSON value, with the log and the list of attachments.
    pub fn to_json(&self) -> String {
        json::render(self)
    }

    /// The report as one HTML page that needs nothing else, with the user's files in it.
    pub fn to_html(&self) -> String {
        html::render(self, html::Files::Embedded)
    }

    /// What goes to the tracker: the event, the log, this report as JSON and as a page, and the user's files.
    pub fn envelope(&self) -> Envelope {
        let event = sentry_event::event(self, self.breadcrumbs);
        let mut files = Vec::new();
        if !self.logs.is_empty() {
            files.push(Attachment::text(LOG_NAME, self.logs.clone()));
        }
        if let Some(text) = connectivity::text(&self.environment) {
            files.push(Attachment::text(CONNECTIVITY_NAME, text));
        }
        files.push(Attachment::json(JSON_NAME, json::render(self)));
        files.push(Attachment::html(HTML_NAME, html::render(self, html::Files::Listed)));
        files.extend(self.attachments.iter().cloned());
        Envelope::new(self.event_id, &event, &files)
    }
}
