//! What is known of one run of the program.

use std::{borrow::Cow, collections::BTreeMap};

use codex_observe::{Circumstances, Diagnosis, DiagnosisState};
use codex_protocol::RateLimitSnapshot;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{EventRecord, Note, Redactor};

/// The form of a stored run; a later, incompatible one has another number.
pub(crate) const RUN_FORMAT: u32 = 1;

/// One run of the program: what happened, how it ended, and what it means. Without credentials, and bounded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RunRecord {
    /// The form of this record.
    pub format: u32,
    /// When the run began: RFC 3339, milliseconds, UTC.
    pub started_at: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// What was run, such as `respond`; never with its arguments.
    pub command: String,
    /// Version of the program.
    pub app_version: String,
    /// Id of the conversation.
    pub thread_id: Option<String>,
    /// Where the session came from, such as `cli`.
    pub session_source: Option<String>,
    /// How it ended.
    pub result: RunResult,
    /// What the user was told when it failed.
    pub error: Option<String>,
    /// What it means.
    pub diagnosis: Option<DiagnosisRecord>,
    /// The tags at the end.
    pub tags: BTreeMap<String, String>,
    /// What happened, oldest first.
    pub events: Vec<EventRecord>,
    /// The usage limits the service reported last.
    pub rate_limits: Vec<RateLimitSnapshot>,
    /// The end of the log.
    pub logs: String,
    /// What could not be kept as it was.
    pub notes: Vec<Note>,
}

impl RunRecord {
    /// The same run without credentials, in whatever part they stand. What a server says was checked when it was recorded,
    /// but not for every form, and some secrets are known only later.
    #[must_use]
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        // Each record of the log was cleaned as a whole when it came in; by now a line is the unit.
        let logs = std::mem::take(&mut self.logs);
        let logs = logs.split_inclusive('\n').map(|line| redactor.redact(line)).collect();
        let cleaned = serde_json::to_value(&self).and_then(|mut value| {
            clean_texts(&mut value, redactor);
            serde_json::from_value(value)
        });
        match cleaned {
            Ok(cleaned) => Self { logs, ..cleaned },
            Err(error) => {
                let note = Note::RunUnreadable { file: "this run".to_owned(), why: error.to_string() };
                Self { format: RUN_FORMAT, logs, notes: vec![note], ..Self::default() }
            }
        }
    }
}

fn clean_texts(value: &mut Value, redactor: &Redactor) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = redactor.redact(text) {
                *text = clean;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| clean_texts(value, redactor)),
        Value::Object(fields) => fields.values_mut().for_each(|value| clean_texts(value, redactor)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunResult {
    /// As it should.
    #[default]
    Succeeded,
    /// With an error.
    Failed,
    /// The user stopped it.
    Interrupted,
}

impl RunResult {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A [`Diagnosis`] in a form that outlives the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DiagnosisRecord {
    /// The cause, in one clause.
    pub cause: String,
    /// What to do, in one or two sentences.
    pub next_step: String,
    /// Whether it still stands.
    pub state: DiagnosisVerdict,
    /// Where it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The id to quote to the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Whether what was diagnosed still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DiagnosisVerdict {
    /// There is nothing to explain.
    NothingFailed,
    /// Something failed, and a later attempt worked.
    Resolved,
    /// Something failed, and nothing has worked since.
    Unresolved,
}

impl From<&Diagnosis> for DiagnosisRecord {
    fn from(diagnosis: &Diagnosis) -> Self {
        Self {
            cause: diagnosis.to_string(),
            next_step: diagnosis.next_step().to_string(),
            state: match diagnosis.state {
                DiagnosisState::NothingFailed => DiagnosisVerdict::NothingFailed,
                DiagnosisState::Resolved => DiagnosisVerdict::Resolved,
                DiagnosisState::Unresolved => DiagnosisVerdict::Unresolved,
            },
            endpoint: diagnosis.endpoint.map(|endpoint| endpoint.0.to_owned()),
            request_id: diagnosis.request_id.as_ref().map(ToString::to_string),
        }
    }
}

/// What only the caller knows of a run.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RunFacts {
    /// What was run, such as `respond`; never with its arguments, which may hold a prompt.
    pub command: String,
    /// Version of the program.
    pub app_version: String,
    /// Id of the conversation.
    pub thread_id: Option<String>,
    /// Where the session came from, such as `cli`.
    pub session_source: Option<String>,
    /// How it ended.
    pub result: RunResult,
    /// What the user was told when it failed.
    pub error: Option<String>,
    /// What the events do not tell, for the diagnosis.
    pub circumstances: Circumstances,
}
