//! What an examination finds.

use std::fmt;

use serde::Serialize;

use crate::exit::Exit;

/// What is looked at, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Check {
    Configuration,
    Proxy,
    Certificates,
    Provider,
    Credentials,
    Dns,
    Connect,
    Tls,
    /// That the service answers at all.
    Service,
    Clock,
    /// The token authority.
    Authority,
    /// An authorized request.
    Request,
    Websocket,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Configuration => "configuration",
            Self::Proxy => "proxy",
            Self::Certificates => "certificates",
            Self::Provider => "provider",
            Self::Credentials => "credentials",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Service => "service",
            Self::Clock => "clock",
            Self::Authority => "authority",
            Self::Request => "request",
            Self::Websocket => "websocket",
        })
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Ok,
    /// It works, but not as it should.
    Warning,
    Failure,
    /// It could not be checked, or there is nothing to check.
    Skipped,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "FAILURE",
            Self::Skipped => "-",
        })
    }
}

/// One thing that was found. Prints as one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    pub(crate) verdict: Verdict,
    /// A clause, without a full stop.
    pub(crate) fact: String,
    /// What to do, in sentences, where the fact does not say it.
    pub(crate) remedy: Option<String>,
    /// Whether it is the credentials that are missing or refused.
    #[serde(skip)]
    refused: bool,
}

impl Finding {
    pub(crate) fn ok(check: Check, fact: impl Into<String>) -> Self {
        Self::new(check, Verdict::Ok, fact)
    }

    pub(crate) fn warning(check: Check, fact: impl Into<String>) -> Self {
        Self::new(check, Verdict::Warning, fact)
    }

    pub(crate) fn failure(check: Check, fact: impl Into<String>) -> Self {
        Self::new(check, Verdict::Failure, fact)
    }

    pub(crate) fn skipped(check: Check, why: &str) -> Self {
        Self::new(check, Verdict::Skipped, format!("not checked: {why}"))
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// It is the credentials that are missing or refused.
    pub(crate) fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.refused
    }

    fn new(check: Check, verdict: Verdict, fact: impl Into<String>) -> Self {
        Self { check, verdict, fact: fact.into(), remedy: None, refused: false }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { check, verdict, fact, remedy, .. } = self;
        write!(f, "{verdict:9}{check:15}{fact}")?;
        match remedy {
            Some(remedy) => write!(f, ". {remedy}"),
            None => Ok(()),
        }
    }
}

/// All that was found, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// These could not be checked, for the same reason.
    pub(crate) fn skip(&mut self, checks: &[Check], why: &str) {
        self.0.extend(checks.iter().map(|check| Finding::skipped(*check, why)));
    }

    pub(crate) fn as_slice(&self) -> &[Finding] {
        &self.0
    }

    /// Nothing failed, something failed, or it is the credentials.
    pub(crate) fn exit(&self) -> Exit {
        let failures = || self.0.iter().filter(|finding| finding.verdict == Verdict::Failure);
        if failures().any(|finding| finding.refused) {
            Exit::Auth
        } else if failures().next().is_some() {
            Exit::Failed
        } else {
            Exit::Ok
        }
    }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn a_finding_is_one_line() {
        let finding = Finding::warning(Check::Clock, "it is 2 h fast").remedy("Set it.");
        assert_eq!(finding.to_string(), "warning  clock          it is 2 h fast. Set it.");
        assert_eq!(
            Finding::skipped(Check::Dns, "no net").to_string(),
            "-        dns            not checked: no net"
        );
    }

    #[test]
    fn refused_credentials_have_an_exit_code_of_their_own() {
        let findings = |list: &[Finding]| Findings(list.to_vec()).exit();
        let (warning, failure) = (Finding::warning(Check::Clock, "x"), Finding::failure(Check::Dns, "x"));
        let refused = Finding::failure(Check::Request, "x").refused();
        assert_eq!(findings(&[]), Exit::Ok);
        assert_eq!(findings(std::slice::from_ref(&warning)), Exit::Ok);
        assert_eq!(findings(&[warning.clone(), failure.clone()]), Exit::Failed);
        assert_eq!(findings(&[failure, refused]), Exit::Auth);
        assert_eq!(findings(&[warning.refused()]), Exit::Ok);
    }
}
