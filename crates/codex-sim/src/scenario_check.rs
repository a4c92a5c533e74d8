//! Whether a scenario can be used.

use http::{HeaderName, HeaderValue};

use crate::error::{RuleProblem, ScenarioError};
use crate::oauth::OAuth;
use crate::rule::{Answer, Rule};
use crate::scenario::Scenario;

impl Scenario {
    pub(crate) fn check(&self) -> Result<(), ScenarioError> {
        let limits = self.settings.limits.headers(0);
        let limits = limits.iter().map(|(name, value)| (name, value));
        if let Some((name, _)) =
            limits.chain(&self.settings.websocket.headers).find(|header| !sendable(*header))
        {
            return Err(ScenarioError::Header { name: name.clone() });
        }
        if let Some(Err(problem)) = self.settings.oauth.as_ref().map(OAuth::check) {
            return Err(ScenarioError::OAuth { problem });
        }
        for (index, rule) in self.rules.iter().enumerate() {
            check_rule(rule).map_err(|problem| ScenarioError::Rule {
                number: index + 1,
                line: None,
                problem,
            })?;
        }
        Ok(())
    }
}

pub(crate) fn check_rule(rule: &Rule) -> Result<(), RuleProblem> {
    let status = match &rule.answer {
        Answer::Fail(failure) => failure.status,
        Answer::Raw(raw) => raw.status,
        Answer::Sensible | Answer::Reply(_) => 200,
    };
    if !(200..600).contains(&status) {
        return Err(RuleProblem::Status { status });
    }
    if rule.times == Some(0) {
        return Err(RuleProblem::NeverUsed);
    }
    match rule.headers().into_iter().flatten().find(|header| !sendable(*header)) {
        Some((name, _)) => Err(RuleProblem::Header { name: name.clone() }),
        None => Ok(()),
    }
}

/// Whether a header can be sent.
fn sendable((name, value): (&String, &String)) -> bool {
    HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
}
