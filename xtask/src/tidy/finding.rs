//! What a rule says about one place.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    Warning,
    Error,
}

/// One place that breaks a rule, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) fact: String,
    pub(crate) remedy: &'static str,
}

impl Finding {
    pub(crate) fn error(path: &str, line: usize, fact: impl Into<String>) -> Self {
        Self { severity: Severity::Error, path: path.to_owned(), line, fact: fact.into(), remedy: "" }
    }

    pub(crate) fn warning(path: &str, line: usize, fact: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, line, fact) }
    }

    pub(crate) fn remedy(self, remedy: &'static str) -> Self {
        Self { remedy, ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}:{}: {severity}: {}; {}", self.path, self.line, self.fact, self.remedy)
    }
}
