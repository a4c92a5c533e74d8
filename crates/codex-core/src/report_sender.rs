//! Reports travel as everything else does: over this client's own transport, with its proxy, CA and TLS.

use std::{sync::Arc, time::Duration};

use codex_client::{HttpTransport, Request, RequestBody, TimeoutPhase, Timeouts, TransportError};
use codex_feedback::{
    BoxFuture, EnvelopeRequest, MAX_ANSWER_BYTES, NoAnswer, SendError, Sender, TrackerAnswer,
};
use http::{HeaderName, HeaderValue, Method, header::CONTENT_TYPE};

/// How long a tracker may take for one report, beside the time of its upload: that grows with its size, up to five minutes
/// in all.
pub const REPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// The slowest upload that is waited for, in bytes a second.
const SLOWEST_UPLOAD: u32 = 256 * 1024;

/// The longest that one report is waited for, however large.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// The type of an envelope (wire.md 19).
const ENVELOPE: &str = "application/x-sentry-envelope";

/// Posts reports to a tracker, each once: what did not arrive waits in the spool.
///
/// ```no_run
/// # fn make() -> Result<(), Box<dyn std::error::Error>> {
/// use codex_client::{ClientConfig, ReqwestTransport};
/// use codex_core::ReportSender;
/// use codex_feedback::{Delivery, Spool};
/// use std::sync::Arc;
///
/// let sender = ReportSender::new(Arc::new(ReqwestTransport::shared(&ClientConfig::default())?));
/// let delivery = Delivery::new("https://key@tracker.example/1".parse()?, Spool::at("spool"), Arc::new(sender));
/// # let _ = delivery;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ReportSender {
    transport: Arc<dyn HttpTransport>,
}

impl ReportSender {
    /// Sends over `transport`.
    pub fn new(transport: Arc<dyn HttpTransport>) -> Self {
        Self { transport }
    }
}

impl Sender for ReportSender {
    fn send(&self, request: EnvelopeRequest) -> BoxFuture<'_, Result<TrackerAnswer, SendError>> {
        Box::pin(async move {
            let limit = time_for(request.body.len());
            let request = prepared(request, limit)?;
            match tokio::time::timeout(limit, self.exchange(request)).await {
                Ok(Ok(answer)) => Ok(answer),
                // The clock of the transport and this one run out together.
                Ok(Err(TransportError::Timeout { phase: TimeoutPhase::Head, .. })) | Err(_) => {
                    Err(NoAnswer::within(limit).into())
                }
                Ok(Err(error)) => Err(error.into()),
            }
        })
    }
}

impl ReportSender {
    async fn exchange(&self, request: Request) -> Result<TrackerAnswer, TransportError> {
        let response = self.transport.send(request).await?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            response.head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let status = response.head.status.as_u16();
        let body = response.body.collect(MAX_ANSWER_BYTES).await?.bytes;
        Ok(TrackerAnswer::new(status, headers, body))
    }
}

/// How long a report of so many bytes is waited for: its upload, at the slowest, and the answer.
fn time_for(bytes: usize) -> Duration {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    let upload = Duration::from_secs_f64(f64::from(bytes) / f64::from(SLOWEST_UPLOAD));
    LONGEST_WAIT.min(REPORT_TIMEOUT + upload)
}

fn prepared(envelope: EnvelopeRequest, limit: Duration) -> Result<Request, SendError> {
    let mut request = Request::new(Method::POST, envelope.url);
    // The body names its own type.
    for (name, value) in envelope.headers.into_iter().filter(|(name, _)| *name != CONTENT_TYPE.as_str()) {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(true);
        request.headers.insert(HeaderName::from_static(name), value);
    }
    request.body = Some(RequestBody::bytes(ENVELOPE, envelope.body));
    request.timeouts = Timeouts { head: Some(limit), ..Timeouts::default() };
    Ok(request)
}

#[cfg(test)]
mod tests;
