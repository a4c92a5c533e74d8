//! A failure as one clear line: what, why, the remedy, and what to quote to the service.

use std::{error::Error, fmt::Write};

use codex_api::{ApiError, ApiErrorKind, ErrorCode, ErrorContext, StreamEnd, TransportError};
use codex_core::KeySource;

use crate::{failure::Failure, usage_limit::ReachedLimit};

/// `407 Proxy Authentication Required` (RFC 9110, 15.5.8).
const PROXY_AUTH: u16 = 407;

/// The line that is said about a failure.
pub(crate) fn line(failure: &Failure) -> String {
    let mut text = match failure {
        // The server never saw the request.
        Failure::Request { error, .. } if error.status() == Some(PROXY_AUTH) => {
            "the proxy wants credentials (407)".to_owned()
        }
        Failure::Request { error, .. } if says_all(error) => error.to_string(),
        // Its own causes are those of the API error.
        Failure::Request { error, .. } => with_causes(error.as_ref()),
        other => with_causes(other),
    };
    if let Failure::Request { error, key_source, .. } = failure {
        if let Some(remedy) = remedy(error, key_source) {
            push(&mut text, format_args!("; {remedy}"));
        }
    } else if let Some(remedy) = own_remedy(failure) {
        push(&mut text, format_args!("; {remedy}"));
    }
    let facts = facts(failure);
    if !facts.is_empty() {
        push(&mut text, format_args!(" ({})", facts.join(", ")));
    }
    text
}

/// How often it was tried, where that was more than once, and what to quote to the service.
fn facts(failure: &Failure) -> Vec<String> {
    let (tries, id) = match failure {
        // Beside a diagnosis the id stands on a line of its own.
        Failure::Request { error, diagnosis: Some(_), .. } => (tries(error.context()), None),
        Failure::Request { error, .. } => (tries(error.context()), error.request_id()),
        Failure::Incomplete { request_id, .. } => (None, request_id.as_deref()),
        _ => (None, None),
    };
    tries.into_iter().chain(id.map(|id| format!("request id {id}"))).collect()
}

/// What to quote to the service under a diagnosis, ready to be copied.
pub(crate) fn ids(failure: &Failure) -> Option<String> {
    let Failure::Request { error, .. } = failure else { return None };
    let evidence = &error.context().evidence;
    let id = evidence.request_id.as_ref().map(|id| format!("request id {id}"));
    let ray = evidence.cf_ray.as_ref().map(|ray| format!("cf-ray {ray}"));
    let ids: Vec<_> = id.into_iter().chain(ray).collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

fn tries(context: &ErrorContext) -> Option<String> {
    let (count, elapsed) = match &context.turn {
        Some(turn) => (turn.asked, turn.elapsed),
        None => (context.attempt, context.elapsed),
    };
    (count > 1).then(|| format!("{count} attempts in {:.1} s", elapsed.as_secs_f64()))
}

/// The facts behind a failed request, for those who asked for them.
pub(crate) fn details(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Request { error, .. } => {
            Some(format!("{}, {}", with_causes(error.as_ref()), error.context()))
        }
        _ => None,
    }
}

/// Whether the error needs no causes to be understood: those of a failed connection only repeat it in other words.
fn says_all(error: &ApiError) -> bool {
    match error.kind() {
        ApiErrorKind::Transport(error) if is_no_way(error) => true,
        // Before the head; within a body the cause tells more.
        ApiErrorKind::Transport(TransportError::Closed { .. }) => error.status().is_none(),
        _ => false,
    }
}

/// Whether the server was not even found.
fn is_no_way(error: &TransportError) -> bool {
    matches!(error, TransportError::Dns { .. } | TransportError::Connect { .. })
}

/// Why a request below the API failed.
pub(crate) fn of_transport(error: &TransportError) -> String {
    if is_no_way(error) { error.to_string() } else { with_causes(error) }
}

/// An error and its causes, joined by `: `. A cause that only repeats what is said already is left out.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            push(&mut text, format_args!(": {cause_text}"));
        }
        source = cause.source();
    }
    text
}

/// What the user can do about a failed request, where the error itself does not say so.
fn remedy(error: &ApiError, key_source: &KeySource) -> Option<String> {
    let of_key = |problem: &str| match key_source {
        KeySource::None => {
            "no key was sent: name a provider that has one, or send it with --header".to_owned()
        }
        source => format!("{problem} {source}"),
    };
    let remedy = match error.kind() {
        _ if error.status() == Some(PROXY_AUTH) => {
            "put them into the URL of the proxy, http://user:password@host"
        }
        ApiErrorKind::Auth(_) => return Some(of_key("it came")),
        // The diagnosis says it.
        _ if error.is_unauthorized() => return None,
        _ if error.status() == Some(403) => return Some(of_key("the key came")),
        ApiErrorKind::Api { status: Some(403), .. } => return Some(of_key("the key came")),
        ApiErrorKind::Api { code: Some(ErrorCode::ModelNotFound), .. }
        | ApiErrorKind::InvalidRequest { code: Some(ErrorCode::ModelNotFound), .. } => {
            "`codex-api models` lists what there is"
        }
        ApiErrorKind::Api { status: Some(426), .. } => "use --transport http",
        ApiErrorKind::Api { status: Some(404 | 405), .. } => {
            "check the base URL (it usually ends in /v1) and the model"
        }
        ApiErrorKind::Api { status: Some(300..=399), .. } => {
            "redirects are not followed; use the base URL it points to"
        }
        ApiErrorKind::Transport(TransportError::Timeout { phase, .. }) => match phase.as_str() {
            "total" => "--timeout sets this limit",
            "byte_idle" => "--idle-timeout sets this limit",
            "event_idle" => "--event-timeout sets this limit",
            _ => "check the base URL and the network",
        },
        ApiErrorKind::Stream(StreamEnd::ClosedBeforeTerminal) if error.output_started() => {
            "what came is printed; ask again for the whole"
        }
        ApiErrorKind::UsageLimitReached { plan_type, resets_at, .. } => {
            let context = error.context();
            let reached = ReachedLimit {
                plan: plan_type.as_deref(),
                resets_at: *resets_at,
                active: context.active_limit.as_ref(),
                promo: context.promo_message.as_deref(),
            };
            return Some(reached.remedy());
        }
        ApiErrorKind::UsageNotIncluded { .. } => "upgrade the plan (https://chatgpt.com/explore/plus)",
        ApiErrorKind::RateLimit { .. } | ApiErrorKind::ServerOverloaded { .. } => "try again later",
        _ => return None,
    };
    Some(remedy.to_owned())
}

fn own_remedy(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Incomplete { reason, .. } if reason == "max_output_tokens" => {
            Some("what came is printed; raise --max-output-tokens for more")
        }
        Failure::Incomplete { .. } => Some("what came is printed"),
        _ => None,
    }
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _infallible = text.write_fmt(more);
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("{text}")]
    struct Told {
        text: &'static str,
        source: Option<Box<Told>>,
    }

    #[test]
    fn a_cause_that_says_nothing_new_is_left_out() {
        for (texts, expected) in [
            (vec!["a", "b", "c"], "a: b: c"),
            (vec!["cannot read x: gone", "gone"], "cannot read x: gone"),
            (vec!["cannot read x (gone) now", "gone", "os error 2"], "cannot read x (gone) now: os error 2"),
            (vec!["a", ""], "a"),
        ] {
            let chain = |source, text: &&'static str| Some(Box::new(Told { text, source }));
            let error = texts.iter().rev().fold(None, chain).unwrap();
            assert_eq!(with_causes(&*error), expected);
        }
    }
}
