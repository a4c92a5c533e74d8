//! The value of `error.type`: one word of a small set.

use std::borrow::Cow;

use codex_observe::{ErrorClass, Outcome};

/// Why the outcome is a failure: the status where there is one (as the conventions want it), else the class of the
/// failure. `None` for a success.
pub(crate) fn error_type(outcome: &Outcome) -> Option<Cow<'static, str>> {
    let error = outcome.error.as_ref()?;
    Some(match (error.class(), outcome.final_status()) {
        (ErrorClass::Http, Some(status)) => Cow::Owned(status.to_string()),
        (class, _) => Cow::Borrowed(class_name(class)),
    })
}

fn class_name(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Http => "http",
        ErrorClass::Network => "network",
        ErrorClass::Timeout => "timeout",
        ErrorClass::RetryLimit => "retry_limit",
        ErrorClass::Build => "build",
        ErrorClass::Stream => "stream",
        ErrorClass::Response => "response",
        ErrorClass::Cancelled => "cancelled",
        // What the conventions call a failure that has no name yet.
        _ => "_OTHER",
    }
}
