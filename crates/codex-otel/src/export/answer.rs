//! What a collector answers.

use std::time::Duration;

use bytes::Bytes;
use codex_observe::SafeText;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};

use super::{
    SendError, grpc,
    message::{Answer, Rejected},
};
use crate::config::Protocol;

/// The largest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// The longest wait that a collector can ask for; no batch lives as long.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(86_400);
/// The longest media type that is shown, in characters.
const MAX_MEDIA_TYPE_CHARS: usize = 80;

/// Reads an answer to its end.
pub(super) async fn read<A: Answer>(
    answer: reqwest::Response,
    protocol: Protocol,
) -> Result<Rejected, SendError> {
    let (head, body) = http::Response::<reqwest::Body>::from(answer).into_parts();
    if !head.status.is_success() {
        // Its body is not looked at: it can be anything, such as the page of a proxy.
        let retry_after = retry_after(&head.headers);
        return Err(SendError::Status { status: head.status.as_u16(), retry_after });
    }
    let whole = Limited::new(body, MAX_ANSWER_BYTES)
        .collect()
        .await
        .map_err(|source| SendError::Answer { source })?;
    let trailers = whole.trailers().cloned();
    let bytes = whole.to_bytes();
    if protocol != Protocol::Grpc {
        return of_http::<A>(&head.headers, bytes);
    }
    grpc::judge(&head.headers, trailers.as_ref())?;
    // The status is the answer; a message that cannot be read takes nothing from it.
    let answer = grpc::unframe(bytes).and_then(|message: Bytes| A::decode(message).ok());
    Ok(answer.map(Answer::rejected).unwrap_or_default())
}

/// The answer over HTTP. A status of 2xx alone is no yes: the page of a login in a hotel has one too. It has to be empty,
/// or a message of OTLP in one of its two encodings, whichever was sent.
fn of_http<A: Answer>(headers: &HeaderMap, body: Bytes) -> Result<Rejected, SendError> {
    const JSON: &str = "application/json";
    if body.is_empty() {
        return Ok(Rejected::default());
    }
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("none");
    let media_type = named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let answer = match media_type.as_str() {
        "application/x-protobuf" | "application/protobuf" => A::decode(body).ok(),
        JSON => A::from_json(&body),
        _ => {
            let media_type = SafeText::prose(&media_type, MAX_MEDIA_TYPE_CHARS);
            return Err(SendError::MediaType { media_type });
        }
    };
    let encoding = if media_type == JSON { "JSON" } else { "protobuf" };
    answer.map(Answer::rejected).ok_or(SendError::Undecodable { encoding })
}

/// The seconds of `retry-after`, at most [`MAX_RETRY_AFTER`]; its form with a date is not used by collectors.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // Digits that do not fit are a number larger than any.
    let seconds = text.parse().unwrap_or(u64::MAX);
    Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests;
