//! What a collector answers.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Limited};

use super::{
    SendError, grpc,
    message::{Answer, Rejected},
};
use crate::config::Protocol;

/// The largest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

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
    let whole = match Limited::new(body, MAX_ANSWER_BYTES).collect().await {
        Ok(whole) => whole,
        Err(source) if protocol == Protocol::Grpc => return Err(SendError::Answer { source }),
        // The status has said it all.
        Err(_) => return Ok(Rejected::default()),
    };
    let trailers = whole.trailers().cloned();
    let bytes = whole.to_bytes();
    let answer = match protocol {
        Protocol::HttpProtobuf => A::decode(bytes).ok(),
        Protocol::HttpJson => serde_json::from_slice(&bytes).ok(),
        Protocol::Grpc => {
            grpc::judge(&head.headers, trailers.as_ref())?;
            grpc::unframe(bytes).and_then(|message: Bytes| A::decode(message).ok())
        }
    };
    // An answer that says success and no more is a success.
    Ok(answer.map(Answer::rejected).unwrap_or_default())
}

/// The seconds of `retry-after`; its form with a date is not used by collectors.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
