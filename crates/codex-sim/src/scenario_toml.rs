//! The TOML form of a scenario.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::auth::{Auth, Token};
use crate::background::BackgroundTiming;
use crate::dialect::Dialect;
use crate::error::{RuleProblem, ScenarioError};
use crate::failure::Failure;
use crate::faults::Faults;
use crate::ids::Calendar;
use crate::limits::Limits;
use crate::oauth::OAuth;
use crate::raw::RawStream;
use crate::realtime_options::RealtimeOptions;
use crate::reply::Reply;
use crate::rule::{Answer, Rule};
use crate::scenario::{Scenario, UnknownParameters, ZstdBodies};
use crate::scenario_check::check_rule;
use crate::tracker::Sentry;
use crate::websocket_options::WebSocketOptions;
use crate::when::When;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ScenarioFile {
    seed: u64,
    real_time: bool,
    models: Option<Vec<String>>,
    body_limit: Option<usize>,
    zstd: ZstdBodies,
    unknown_parameters: UnknownParameters,
    no_auth: bool,
    tokens: Vec<Token>,
    dialect: Dialect,
    faults: Faults,
    websocket: WebSocketOptions,
    realtime: RealtimeOptions,
    limits: Limits,
    background: BackgroundTiming,
    oauth: Option<OAuth>,
    strip_authorization: bool,
    sentry: Sentry,
    rule: Vec<Spanned<RuleEntry>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RuleEntry {
    name: Option<String>,
    when: When,
    times: Option<u32>,
    reply: Option<Reply>,
    fail: Option<Failure>,
    raw: Option<RawEntry>,
    faults: Option<Faults>,
    dialect: Option<Dialect>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawEntry {
    sse: Option<String>,
    file: Option<PathBuf>,
    events: Option<Vec<Value>>,
    status: Option<u16>,
    content_type: Option<String>,
    headers: BTreeMap<String, String>,
}

/// Reads a scenario; files it names are looked up from `folder`.
pub(crate) fn read(text: &str, folder: &Path) -> Result<Scenario, ScenarioError> {
    let file: ScenarioFile = toml::from_str(text).map_err(|error| problem(text, &error))?;
    let mut scenario = Scenario::new();
    let settings = &mut scenario.settings;
    settings.seed = file.seed;
    settings.calendar = if file.real_time { Calendar::Real } else { Calendar::Fixed };
    settings.models = file.models.unwrap_or_else(|| settings.models.clone());
    settings.body_limit = file.body_limit.unwrap_or(settings.body_limit);
    settings.zstd = file.zstd;
    settings.unknown_parameters = file.unknown_parameters;
    settings.dialect = file.dialect;
    settings.faults = file.faults;
    settings.websocket = file.websocket;
    settings.realtime = file.realtime;
    settings.limits = file.limits;
    settings.background = file.background;
    settings.oauth = file.oauth;
    settings.strip_authorization = file.strip_authorization;
    settings.sentry = file.sentry;
    if file.no_auth {
        settings.auth = Auth::None;
    }
    for token in file.tokens {
        settings.auth.add(token);
    }
    for (index, entry) in file.rule.into_iter().enumerate() {
        let line = text.get(..entry.span().start).map(|before| before.matches('\n').count() + 1);
        let number = index + 1;
        scenario.rules.push(rule(entry.into_inner(), folder).map_err(|error| match error {
            EntryError::Problem(problem) => ScenarioError::Rule { number, line, problem },
            EntryError::Scenario(error) => error,
        })?);
    }
    Ok(scenario)
}

/// Names line and key, and leaves out the line and the strings on it, which may be tokens.
fn problem(text: &str, error: &toml::de::Error) -> ScenarioError {
    let start = error.span().map(|span| span.start);
    let before = start.and_then(|start| text.get(..start));
    let line = before.map(|before| before.matches('\n').count());
    let key = line.and_then(|line| text.lines().nth(line)).and_then(|line| line.split_once('='));
    let message = error.message().lines().next().unwrap_or_default();
    let unquoted = message.split('"').enumerate().map(|(part, text)| if part % 2 == 0 { text } else { "…" });
    ScenarioError::Toml {
        line: line.map(|line| line + 1),
        key: key.map(|(key, _)| key.trim().to_owned()),
        problem: unquoted.collect(),
    }
}

enum EntryError {
    Problem(RuleProblem),
    Scenario(ScenarioError),
}

fn rule(entry: RuleEntry, folder: &Path) -> Result<Rule, EntryError> {
    let answer = match (entry.reply, entry.fail, entry.raw) {
        (None, None, None) => Answer::Sensible,
        (Some(reply), None, None) => Answer::Reply(Box::new(reply)),
        (None, Some(failure), None) => Answer::Fail(Box::new(failure)),
        (None, None, Some(entry)) => Answer::Raw(raw(entry, folder)?),
        _ => return Err(EntryError::Problem(RuleProblem::SeveralAnswers)),
    };
    let rule = Rule {
        name: entry.name,
        when: entry.when,
        times: entry.times,
        answer,
        faults: entry.faults,
        dialect: entry.dialect,
    };
    check_rule(&rule).map_err(EntryError::Problem)?;
    Ok(rule)
}

fn raw(entry: RawEntry, folder: &Path) -> Result<RawStream, EntryError> {
    let mut raw = match (entry.sse, entry.file, entry.events) {
        (Some(sse), None, None) => RawStream::sse(sse),
        (None, Some(file), None) => RawStream::file(folder.join(file)).map_err(EntryError::Scenario)?,
        (None, None, Some(events)) => RawStream::events(events),
        _ => return Err(EntryError::Problem(RuleProblem::RawContent)),
    };
    raw.status = entry.status.unwrap_or(raw.status);
    raw.content_type = entry.content_type.unwrap_or(raw.content_type);
    raw.headers = entry.headers;
    Ok(raw)
}
