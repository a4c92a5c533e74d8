//! How the service words a 401.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::failure::Failure;

impl Failure {
    /// 401 of a request without credentials: `x-openai-authorization-error: missing_authorization_header`.
    #[must_use]
    pub fn missing_authorization() -> Self {
        unauthorized()
            .message("You didn't provide an API key. Send it as a bearer token in the Authorization header.")
            .header("x-openai-authorization-error", "missing_authorization_header")
            .header("www-authenticate", "Bearer")
    }

    /// 401 `invalid_api_key`: the token is none.
    #[must_use]
    pub fn invalid_api_key() -> Self {
        unauthorized().code("invalid_api_key").message("Incorrect API key provided.")
    }

    /// 401 `token_expired`, which also stands in `x-error-json`.
    #[must_use]
    pub fn token_expired() -> Self {
        unauthorized()
            .code("token_expired")
            .message("Your authentication token has expired. Sign in again.")
            .header("x-error-json", error_json("token_expired"))
    }

    /// 401 `token_revoked`, which also stands in `x-error-json`.
    pub(crate) fn token_revoked() -> Self {
        unauthorized()
            .code("token_revoked")
            .message("Your authentication token was revoked. Sign in again.")
            .header("x-error-json", error_json("token_revoked"))
    }

    /// 401 `account_id_mismatch`: the token belongs to another account than the request names.
    pub(crate) fn account_id_mismatch() -> Self {
        unauthorized()
            .code("account_id_mismatch")
            .message("Name the account of your token in ChatGPT-Account-ID.")
            .header("x-error-json", error_json("account_id_mismatch"))
    }
}

fn unauthorized() -> Failure {
    Failure::new(401).kind("invalid_request_error")
}

/// The value of `x-error-json`: base64 of a JSON error.
pub(crate) fn error_json(code: &str) -> String {
    STANDARD.encode(json!({"error": {"code": code}}).to_string())
}
