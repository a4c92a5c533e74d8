//! Which requests get which answer.

use std::collections::BTreeMap;

use crate::dialect::Dialect;
use crate::failure::Failure;
use crate::faults::Faults;
use crate::raw::RawStream;
use crate::reply::Reply;
use crate::when::When;

/// One rule of a [`Scenario`](crate::Scenario): a condition, an answer, and how it is delivered.
///
/// ```
/// use codex_sim::{Failure, Reply, Rule, When};
///
/// let first_two_fail = Rule::fail(Failure::new(503)).times(2);
/// let weather = Rule::reply(Reply::text("Sunny.")).when(When::new().user_says("weather"));
/// # let _ = (first_two_fail, weather);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// A name for people, shown in logs.
    pub name: Option<String>,
    /// Which requests the rule answers.
    pub when: When,
    /// How many requests it answers at most; without a number, any.
    pub times: Option<u32>,
    /// What it answers.
    pub answer: Answer,
    /// What goes wrong on the way; the scenario's own faults when not given.
    pub faults: Option<Faults>,
    /// How the answer is written; the scenario's own dialect when not given.
    pub dialect: Option<Dialect>,
}

/// What a rule answers.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// What the simulator makes up itself from the request.
    #[default]
    Sensible,
    /// A response.
    Reply(Box<Reply>),
    /// An HTTP error.
    Fail(Box<Failure>),
    /// Recorded bytes.
    Raw(RawStream),
}

impl Rule {
    /// A rule with an answer, for every request to create a response.
    #[must_use]
    pub fn new(answer: Answer) -> Self {
        Self { name: None, when: When::new(), times: None, answer, faults: None, dialect: None }
    }

    /// Answers with a response.
    #[must_use]
    pub fn reply(reply: Reply) -> Self {
        Self::new(Answer::Reply(Box::new(reply)))
    }

    /// Answers with an HTTP error.
    #[must_use]
    pub fn fail(failure: Failure) -> Self {
        Self::new(Answer::Fail(Box::new(failure)))
    }

    /// Answers with recorded bytes.
    #[must_use]
    pub fn raw(raw: RawStream) -> Self {
        Self::new(Answer::Raw(raw))
    }

    /// Answers as the simulator does without rules; useful with faults.
    #[must_use]
    pub fn sensible() -> Self {
        Self::new(Answer::Sensible)
    }

    /// Names the rule.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Restricts the rule to some requests.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Answers at most so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Answers one request.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Adds faults.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Sets the dialect.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// The headers that the answer adds.
    pub(crate) fn headers(&self) -> Option<&BTreeMap<String, String>> {
        match &self.answer {
            Answer::Sensible => None,
            Answer::Reply(reply) => Some(&reply.headers),
            Answer::Fail(failure) => Some(&failure.headers),
            Answer::Raw(raw) => Some(&raw.headers),
        }
    }
}

impl From<Reply> for Rule {
    fn from(reply: Reply) -> Self {
        Self::reply(reply)
    }
}

impl From<Failure> for Rule {
    fn from(failure: Failure) -> Self {
        Self::fail(failure)
    }
}

impl From<RawStream> for Rule {
    fn from(raw: RawStream) -> Self {
        Self::raw(raw)
    }
}

impl From<Faults> for Rule {
    fn from(faults: Faults) -> Self {
        Self::sensible().faults(faults)
    }
}
