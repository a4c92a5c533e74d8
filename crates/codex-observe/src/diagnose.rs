//! From the evidence to a cause and a next step, in plain words.

mod attempt;
mod cause;
mod failure;
mod next_step;
mod story;
mod unauthorized;

use std::fmt;

use crate::{Circumstances, Endpoint, ErrorClass, History, SafeText};
use attempt::Attempt;
use story::Story;

pub use cause::Cause;
pub use next_step::NextStep;

/// Finds out what went wrong, from what was recorded.
///
/// Judged is the latest call that failed and that nothing after it made good; without one, the latest that failed and
/// was made good, by its own retry or by a later call of the same endpoint. A call that its caller gave up did not fail.
/// A pure function: the same history gives the same diagnosis.
///
/// ```
/// use codex_observe::*;
/// use std::time::Duration;
///
/// let context = RequestContext::new(Endpoint::RESPONSES, 1, AuthAttachment::none(None));
/// let refused = Outcome::after(Duration::from_millis(40)).status(401).error(AttemptError::http(401));
/// let mut history = History::new();
/// history.push(Event::ApiRequest(ApiRequest::new(context, refused)));
/// history.circumstances.credentials = CredentialOrigin::variable("OPENAI_API_KEY", VariableState::Blank);
///
/// let diagnosis = diagnose(&history);
/// assert_eq!(diagnosis.to_string(), "no credentials were attached: OPENAI_API_KEY is empty");
/// assert_eq!(diagnosis.next_step().to_string(), "Put an API key into OPENAI_API_KEY, or log in.");
/// ```
pub fn diagnose(history: &History) -> Diagnosis {
    let stories = story::stories(history.events());
    let failed = || stories.iter().filter_map(|story| Some((story, story.last_failure()?)));
    let unresolved = failed().filter(|(story, failure)| !is_made_good(&stories, story, failure));
    if let Some((story, failure)) = unresolved.max_by_key(|(_, failure)| failure.at) {
        return Diagnosis::of(story, failure, DiagnosisState::Unresolved, &history.circumstances);
    }
    if let Some(cause) = unrecorded(&history.circumstances) {
        return Diagnosis { cause, state: DiagnosisState::Unresolved, endpoint: None, request_id: None };
    }
    match failed().max_by_key(|(_, failure)| failure.at) {
        Some((story, failure)) => {
            Diagnosis::of(story, failure, DiagnosisState::Resolved, &history.circumstances)
        }
        None => Diagnosis {
            cause: Cause::NothingFailed,
            state: DiagnosisState::NothingFailed,
            endpoint: None,
            request_id: None,
        },
    }
}

/// What went wrong, whether it was made good, and what to do. Its `Display` is the cause in one clause.
///
/// It holds nothing that [`SafeText`] has not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What went wrong.
    pub cause: Cause,
    /// Whether it still stands.
    pub state: DiagnosisState,
    /// Where it happened.
    pub endpoint: Option<Endpoint>,
    /// The id to quote to the service.
    pub request_id: Option<SafeText>,
}

/// Whether what went wrong still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiagnosisState {
    /// There is nothing to explain.
    NothingFailed,
    /// Something failed, and a retry or a later call of the same endpoint worked.
    Resolved,
    /// Something failed, and nothing has worked there since.
    Unresolved,
}

impl Diagnosis {
    /// What to do about it, in one or two sentences.
    pub fn next_step(&self) -> NextStep<'_> {
        NextStep(self)
    }

    /// Whether it was made good.
    pub fn is_resolved(&self) -> bool {
        self.state == DiagnosisState::Resolved
    }

    fn of(
        story: &Story<'_>,
        failure: &Attempt<'_>,
        state: DiagnosisState,
        circumstances: &Circumstances,
    ) -> Self {
        let cause = match failure.outcome.is_unauthorized() {
            true => unauthorized::cause(story, failure, circumstances),
            false => failure::cause(failure, circumstances),
        };
        let request_id = failure.outcome.evidence.request_id.clone();
        Self { cause, state, endpoint: Some(failure.context.endpoint), request_id }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

/// Whether the same call, or a later one of the same endpoint, worked after `failure`.
fn is_made_good(stories: &[Story<'_>], story: &Story<'_>, failure: &Attempt<'_>) -> bool {
    story.worked()
        || stories.iter().any(|later| {
            later.endpoint == story.endpoint
                && later.worked()
                && later.first().is_some_and(|first| first.at > failure.at)
        })
}

fn unrecorded(circumstances: &Circumstances) -> Option<Cause> {
    let error = circumstances.last_failure.as_ref().filter(|error| error.class() != ErrorClass::Cancelled)?;
    Some(match error.status() {
        Some(401) => unauthorized::without_events(circumstances),
        _ => failure::without_events(error, circumstances),
    })
}
