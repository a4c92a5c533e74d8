//! Where the program runs.

use serde::{Deserialize, Serialize};

use crate::{Redactor, redact::without_credentials, tag_limits};

/// Variables that decide how a connection is made, upper case; of those marked so the lower case counts too.
const VARIABLES: [(&str, bool); 9] = [
    ("HTTP_PROXY", true),
    ("HTTPS_PROXY", true),
    ("ALL_PROXY", true),
    ("NO_PROXY", true),
    ("OPENAI_BASE_URL", false),
    ("CODEX_CA_CERTIFICATE", false),
    ("SSL_CERT_FILE", false),
    ("SSL_CERT_DIR", false),
    ("CODEX_HOME", false),
];

/// Variables that hold credentials: only whether they are set is told.
const CREDENTIALS: [&str; 2] = ["OPENAI_API_KEY", "CODEX_API_KEY"];

/// Variables that name the user's home, which often holds the user's name.
const HOMES: [&str; 2] = ["HOME", "USERPROFILE"];

/// The longest value of a variable that is kept, in characters.
const MAX_VALUE_CHARS: usize = 500;

/// Versions, operating system, terminal, and the variables that decide how a connection is made.
///
/// Proxies and URLs are kept without user-info and query, paths with `~` in place of the home of the user.
///
/// ```
/// use codex_feedback::Environment;
///
/// let environment = Environment::collect("1.2.3", |name| {
///     (name == "https_proxy").then(|| "http://ada:secret@proxy:3128".to_owned())
/// });
/// assert_eq!(environment.variables[0].value, "http://proxy:3128");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Environment {
    /// Version of the program.
    pub app_version: String,
    /// The operating system, such as `linux`.
    pub os: String,
    /// The processor architecture, such as `x86_64`.
    pub arch: String,
    /// The terminal, such as `iTerm.app/3.5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// The variables that are set.
    pub variables: Vec<Variable>,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Variable {
    /// Its name, as it is spelled there.
    pub name: String,
    /// Its value without credentials; of one that is a credential only whether it is set.
    pub value: String,
}

impl Environment {
    /// The facts of this process; `variable` looks up a variable of the environment.
    pub fn collect(app_version: &str, variable: impl Fn(&str) -> Option<String>) -> Self {
        let home = HOMES.into_iter().find_map(&variable);
        let mut variables = Vec::new();
        for (name, any_case) in VARIABLES {
            let lower = any_case.then(|| name.to_ascii_lowercase());
            for name in [Some(name.to_owned()), lower].into_iter().flatten() {
                if let Some(value) = variable(&name) {
                    let value = shown(&below_home(&value, home.as_deref()));
                    variables.push(Variable { name, value });
                }
            }
        }
        for name in CREDENTIALS {
            if let Some(value) = variable(name) {
                let value = if value.trim().is_empty() { "(set, but empty)" } else { "(set)" };
                variables.push(Variable { name: name.to_owned(), value: value.to_owned() });
            }
        }
        Self {
            app_version: app_version.to_owned(),
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            terminal: terminal(variable),
            variables,
        }
    }

    /// The same facts without what the redactor finds in them.
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        let values = self.variables.iter_mut().map(|variable| &mut variable.value);
        for text in values.chain(&mut self.terminal).chain([&mut self.app_version]) {
            *text = redactor.redact(text).into_owned();
        }
        self
    }
}

/// A path below the home of the user, with `~` in its place.
fn below_home(value: &str, home: Option<&str>) -> String {
    let is_separator = |c: char| matches!(c, '/' | '\\');
    let home = home.unwrap_or_default().trim_end_matches(is_separator);
    match value.strip_prefix(home) {
        Some(rest) if !home.is_empty() && (rest.is_empty() || rest.starts_with(is_separator)) => {
            format!("~{rest}")
        }
        _ => value.to_owned(),
    }
}

fn shown(value: &str) -> String {
    if value.trim().is_empty() {
        return "(set, but empty)".to_owned();
    }
    tag_limits::cut(&without_credentials(value).replace(char::is_control, " "), MAX_VALUE_CHARS)
}

fn terminal(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let text = match (variable("TERM_PROGRAM"), variable("TERM_PROGRAM_VERSION")) {
        (Some(program), Some(version)) => format!("{program}/{version}"),
        (Some(program), None) => program,
        (None, _) => variable("TERM")?,
    };
    Some(tag_limits::cut(&text.replace(char::is_control, " "), MAX_VALUE_CHARS))
}
