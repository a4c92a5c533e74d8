//! What an answer of the authority means (`auth-401` contract).

use codex_api::{PermanentFailure, SafeText};
use http::StatusCode;
use secrecy::SecretString;
use serde_json::{Map, Value};
use thiserror::Error;

use super::Answer;
use crate::auth::{error::RefreshError, tokens::is_sendable};

/// The longest reason of the authority that is shown, in characters.
const MAX_REASON_CHARS: usize = 300;

/// Why an answer that tells of success is of no use. Nothing of the answer is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AnswerProblem {
    /// Compressed, though that was not asked for. New tokens may be in it: nobody can read them.
    #[error(
        "it is compressed, which was not asked for: tokens in it are lost; look at the proxies on the way, and log in again"
    )]
    Encoded,
    /// Longer than [`MAX_AUTHORITY_BODY_BYTES`](super::MAX_AUTHORITY_BODY_BYTES).
    #[error("it is too long")]
    TooLong,
    /// Not a JSON object: a page of a proxy, as often as not.
    #[error("it is not JSON; a proxy may have answered instead")]
    NotJson,
    /// A field that is needed is missing, or no text that a header can carry.
    #[error("it has no usable `{field}`")]
    Missing {
        /// The field.
        field: &'static str,
    },
}

/// The tokens of an answer. What is absent keeps its value.
pub(in crate::auth) struct RefreshedTokens {
    pub(in crate::auth) id_token: Option<SecretString>,
    pub(in crate::auth) access_token: Option<SecretString>,
    pub(in crate::auth) refresh_token: Option<SecretString>,
}

/// The new tokens, or why there are none. An answer without an access token is returned all the same: its refresh token
/// is the only one that works now.
pub(super) fn refreshed(answer: &Answer) -> Result<RefreshedTokens, RefreshError> {
    match answer.status {
        StatusCode::OK | StatusCode::CREATED => {
            let fields = fields(answer)?;
            let token = |name| secret(&fields, name);
            Ok(RefreshedTokens {
                id_token: token("id_token"),
                access_token: token("access_token"),
                refresh_token: token("refresh_token"),
            })
        }
        StatusCode::UNAUTHORIZED => Err(RefreshError::Refused { failure: permanent(answer) }),
        status => Err(RefreshError::Status { status: status.as_u16() }),
    }
}

/// The object of an answer.
pub(in crate::auth) fn fields(answer: &Answer) -> Result<Map<String, Value>, AnswerProblem> {
    if answer.encoded {
        return Err(AnswerProblem::Encoded);
    }
    if answer.truncated {
        return Err(AnswerProblem::TooLong);
    }
    serde_json::from_slice(&answer.body).map_err(|_| AnswerProblem::NotJson)
}

/// Why the authority refused, in its own words, made safe: `error_description`, else `error.message`, else `error`.
pub(in crate::auth) fn reason(answer: &Answer) -> Option<SafeText> {
    let fields = fields(answer).ok()?;
    let error = fields.get("error");
    let text = fields
        .get("error_description")
        .and_then(Value::as_str)
        .or_else(|| error?.get("message")?.as_str())
        .or_else(|| error?.as_str())?;
    Some(SafeText::prose(text, MAX_REASON_CHARS))
}

fn secret(fields: &Map<String, Value>, name: &str) -> Option<SecretString> {
    let token = fields.get(name)?.as_str()?;
    is_sendable(token).then(|| SecretString::from(token))
}

/// The code stands at `error.code`, `error` or `code`, in any case.
fn permanent(answer: &Answer) -> PermanentFailure {
    let fields = fields(answer).unwrap_or_default();
    let error = fields.get("error");
    let code = error
        .and_then(|error| error.get("code")?.as_str())
        .or_else(|| error?.as_str())
        .or_else(|| fields.get("code")?.as_str())
        .unwrap_or_default();
    match code.to_ascii_lowercase().as_str() {
        "refresh_token_expired" => PermanentFailure::Expired,
        "refresh_token_reused" => PermanentFailure::Exhausted,
        "refresh_token_invalidated" => PermanentFailure::Revoked,
        _ => PermanentFailure::Other,
    }
}
