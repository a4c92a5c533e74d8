//! What can go wrong with a scenario, and when a simulator starts.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A scenario that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The text is no TOML, or holds a key or value that is not known.
    #[error("the scenario is not valid{}: {problem}", toml_place(*.line, key.as_deref()))]
    Toml {
        /// Line in the text.
        line: Option<usize>,
        /// The key on that line.
        key: Option<String>,
        /// What is wrong. Neither it nor this error has the line itself, which may hold a token.
        problem: String,
    },
    /// A rule says something that cannot be done.
    #[error("rule {number}{}: {problem}", place(*.line))]
    Rule {
        /// Number of the rule, counted from 1.
        number: usize,
        /// Line in the scenario file on which it begins; none for a rule made in Rust.
        line: Option<usize>,
        /// What is wrong.
        #[source]
        problem: RuleProblem,
    },
    /// A header of `websocket` or `limits` cannot be sent.
    #[error("{name:?} is not a header that can be sent, or its value is not")]
    Header {
        /// Its name.
        name: String,
    },
    /// The token authority cannot be as the scenario says.
    #[error("`oauth`: {problem}")]
    OAuth {
        /// What is wrong.
        #[source]
        problem: OAuthProblem,
    },
    /// A file that the scenario needs cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// What is wrong with the token authority. Accounts are numbered from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OAuthProblem {
    /// Two accounts begin with the same token.
    #[error("account {account} has a token of an account before it: give each its own")]
    SharedToken {
        /// Number of the second account.
        account: usize,
    },
    /// The device flow names an account that is not there.
    #[error("`device.account` is {account}, and there is no such account: they are numbered from 0")]
    NoSuchAccount {
        /// The number given.
        account: usize,
    },
    /// The status of a poll that comes too early is no status of an error.
    #[error("`device.pending_status` {status} is not between 400 and 599")]
    PendingStatus {
        /// The status given.
        status: u16,
    },
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleProblem {
    /// It has more than one of `reply`, `fail` and `raw`.
    #[error("keep only one of `reply`, `fail` and `raw`")]
    SeveralAnswers,
    /// `raw` needs exactly one of `sse`, `file` and `events`.
    #[error("`raw` needs exactly one of `sse`, `file` and `events`")]
    RawContent,
    /// The status is no HTTP status of a final answer.
    #[error("`status` {status} is not between 200 and 599")]
    Status {
        /// The status given.
        status: u16,
    },
    /// A header cannot be sent.
    #[error("`headers`: {name:?} is not a header that can be sent")]
    Header {
        /// Its name.
        name: String,
    },
    /// `times` is 0.
    #[error("`times` is 0, so the rule can never answer")]
    NeverUsed,
}

/// A simulator that cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: choose another port, or 0 for any free one")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The scenario cannot be used.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

fn toml_place(line: Option<usize>, key: Option<&str>) -> String {
    let key = key.map(|key| format!(", key `{key}`")).unwrap_or_default();
    line.map(|line| format!(" (line {line}{key})")).unwrap_or_default()
}

fn place(line: Option<usize>) -> String {
    line.map(|line| format!(" (line {line})")).unwrap_or_default()
}
