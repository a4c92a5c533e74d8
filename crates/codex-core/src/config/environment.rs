//! The environment variables, or a stand-in for them.

use std::{collections::HashMap, env, fmt};

/// Looks up environment variables: those of the process, or given ones in a test.
///
/// ```
/// use codex_core::Environment;
///
/// let environment = Environment::from([("KEY", " k "), ("BLANK", " ")]);
/// assert_eq!(environment.variable("KEY").as_deref(), Some("k"));
/// assert_eq!(environment.variable("BLANK"), None);
/// ```
pub struct Environment(Variables);

enum Variables {
    Process,
    Given(HashMap<String, String>),
}

impl Environment {
    /// The variables of this process.
    pub fn process() -> Self {
        Self(Variables::Process)
    }

    /// A variable without the white space around it; a blank one counts as unset. Bytes that are no UTF-8 become
    /// U+FFFD, so that the check of the value names them instead of "unset".
    pub fn variable(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Variables::Process => env::var_os(name)?.to_string_lossy().into_owned(),
            Variables::Given(variables) => variables.get(name)?.clone(),
        };
        let trimmed = value.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(Variables::Given(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()))
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values are keys as often as not.
        f.write_str("Environment")
    }
}
