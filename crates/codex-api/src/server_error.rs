//! What the service reports, to one taxonomy: HTTP bodies, `response.failed` and `error` events go through here alike.

use codex_protocol::{ErrorBody, ErrorCode, Response, ResponseError, ResponseStatus, RetryClass, retry_hint};
use serde_json::Value;

use crate::{error::ApiErrorKind, server_message::ServerMessage};

/// An error that the service reported, wherever it stood.
pub(crate) struct Reported {
    status: Option<u16>,
    code: Option<ErrorCode>,
    /// `error.type`; some servers say no more than that.
    kind: Option<String>,
    message: ServerMessage,
    /// The message before it was made fit to be shown: waits are read from it.
    text: String,
    param: Option<String>,
    plan_type: Option<String>,
    resets_at: Option<i64>,
}

impl Reported {
    /// The body of an answer with `status`.
    pub(crate) fn from_body(body: ErrorBody, status: u16) -> Self {
        Self { status: Some(status), ..Self::from_event(body) }
    }

    /// An `error` event, flat or nested.
    pub(crate) fn from_event(body: ErrorBody) -> Self {
        let text = body.message.clone().unwrap_or_default();
        Self {
            status: body.status,
            code: body.effective_code(),
            kind: body.kind,
            message: ServerMessage::new(&text),
            text,
            param: body.param,
            plan_type: body.plan_type,
            resets_at: body.resets_at,
        }
    }

    /// The error object of a `response.failed` event.
    pub(crate) fn from_response(error: &ResponseError) -> Self {
        Self {
            status: None,
            code: error.code.clone(),
            kind: error.kind.clone(),
            message: ServerMessage::new(&error.message),
            text: error.message.clone(),
            param: error.param.clone(),
            plan_type: None,
            resets_at: None,
        }
    }
}

/// The kind of failure that a reported error is.
pub(crate) fn classify(reported: Reported) -> ApiErrorKind {
    let delay = retry_hint(&reported.text);
    let Reported { status, code, kind, message, param, plan_type, resets_at, .. } = reported;
    // Inside a stream an error may tell neither status nor known code: then its type says what the status would.
    let status = status.or_else(|| {
        let told = code.as_ref().is_some_and(ErrorCode::is_known);
        kind.as_deref().filter(|_| !told).and_then(status_of_type)
    });
    match (&code, status) {
        (Some(ErrorCode::ContextLengthExceeded), _) => ApiErrorKind::ContextWindowExceeded { message },
        (Some(ErrorCode::UsageNotIncluded), _) => ApiErrorKind::UsageNotIncluded { message },
        (Some(ErrorCode::UsageLimitReached), _) => {
            ApiErrorKind::UsageLimitReached { message, plan_type, resets_at }
        }
        (Some(ErrorCode::ServerIsOverloaded | ErrorCode::SlowDown), _) => {
            ApiErrorKind::ServerOverloaded { message, delay }
        }
        (Some(code), _) if is_quota(code) => ApiErrorKind::QuotaExceeded { message },
        (
            Some(
                ErrorCode::PreviousResponseNotFound
                | ErrorCode::WebsocketConnectionLimitReached
                | ErrorCode::WebsocketStreamLimitReached,
            ),
            _,
        ) => ApiErrorKind::Api { status, code, message },
        (Some(ErrorCode::RateLimitExceeded), _) | (_, Some(429)) => {
            ApiErrorKind::RateLimit { message, delay }
        }
        (_, Some(400 | 422)) => ApiErrorKind::InvalidRequest { message, param, code },
        (_, Some(408 | 409 | 500..)) => ApiErrorKind::Retryable { message, delay },
        (_, Some(_)) => ApiErrorKind::Api { status, code, message },
        // An error inside a stream tells no status: the code decides, and one we do not know may pass.
        (code_, None) => match code_.as_ref().map_or(RetryClass::Unknown, ErrorCode::class) {
            RetryClass::Never => ApiErrorKind::InvalidRequest { message, param, code },
            RetryClass::Credentials => ApiErrorKind::Api { status: Some(401), code, message },
            RetryClass::NewConnection | RetryClass::ReuseLane => {
                ApiErrorKind::Api { status: None, code, message }
            }
            _ => ApiErrorKind::Retryable { message, delay },
        },
    }
}

/// The failure of a response that ended as failed or cancelled.
pub(crate) fn of_failed(response: &Response) -> ApiErrorKind {
    if let Some(error) = &response.error {
        return classify(Reported::from_response(error));
    }
    let cancelled = response.status == Some(ResponseStatus::Cancelled);
    let message = ServerMessage::new(match response.extra.get("error") {
        Some(Value::String(text)) => text,
        _ if cancelled => "the response was cancelled",
        _ => "",
    });
    if cancelled {
        ApiErrorKind::Api { status: None, code: None, message }
    } else {
        ApiErrorKind::Retryable { message, delay: None }
    }
}

/// Whether another attempt of the same request cannot help, whatever the status says.
pub(crate) fn is_final(kind: &ApiErrorKind) -> bool {
    matches!(
        kind,
        ApiErrorKind::ContextWindowExceeded { .. }
            | ApiErrorKind::QuotaExceeded { .. }
            | ApiErrorKind::UsageNotIncluded { .. }
            | ApiErrorKind::UsageLimitReached { .. }
            | ApiErrorKind::InvalidRequest { .. }
    )
}

/// The status that goes with a type of error (wire.md 11 and 20).
fn status_of_type(kind: &str) -> Option<u16> {
    Some(match kind {
        "invalid_request_error" | "invalid_request" => 400,
        "authentication_error" => 401,
        "permission_error" => 403,
        "not_found_error" | "not_found" => 404,
        "rate_limit_error" | "too_many_requests" => 429,
        _ => return None,
    })
}

fn is_quota(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InsufficientQuota
            | ErrorCode::CreditBalanceExhausted
            | ErrorCode::OrganizationSpendLimitExceeded
            | ErrorCode::ProjectSpendLimitExceeded
            | ErrorCode::OrganizationUsageLimitExceeded
    )
}
