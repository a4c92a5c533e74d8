//! The value of `error.type`: one word of a small set.

use std::borrow::Cow;

use codex_observe::{ErrorClass, Outcome};

/// Why the outcome is a failure: the status where there is one (as the conventions want it), else the class of the
/// failure. `None` for a success.
pub(crate) fn error_type(outcome: &Outcome) -> Option<Cow<'static, str>> {
    let error = outcome.error.as_ref()?;
    Some(match (error.class(), outcome.final_status()) {
        (ErrorClass::Http, Some(status)) => Cow::Owned(status.to_string()),
        (class, _) => Cow::Borrowed(class.as_str()),
    })
}
