//! Reports travel as everything else does: over this client's own transport, with its proxy, CA and TLS.

use std::{sync::Arc, time::Duration};

use codex_client::{HttpTransport, Request, RequestBody, Timeouts};
use codex_feedback::{BoxFuture, EnvelopeRequest, MAX_ANSWER_BYTES, SendError, Sender, TrackerAnswer};
use http::{HeaderName, HeaderValue, Method, header::CONTENT_TYPE};

/// How long a tracker may take for one report.
pub const REPORT_TIMEOUT: Duration = Duration::from_secs(10);

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
            let request = prepared(request)?;
            let answer = tokio::time::timeout(REPORT_TIMEOUT, self.exchange(request)).await;
            answer.map_err(|_| SendError::from(format!("no answer within {} s", REPORT_TIMEOUT.as_secs())))?
        })
    }
}

impl ReportSender {
    async fn exchange(&self, request: Request) -> Result<TrackerAnswer, SendError> {
        let response = self.transport.send(request).await?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers =
            response.head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let status = response.head.status.as_u16();
        let body = response.body.collect(MAX_ANSWER_BYTES).await?.bytes;
        Ok(TrackerAnswer::new(status, headers, body))
    }
}

fn prepared(envelope: EnvelopeRequest) -> Result<Request, SendError> {
    let mut request = Request::new(Method::POST, envelope.url);
    // The body names its own type.
    for (name, value) in envelope.headers.into_iter().filter(|(name, _)| *name != CONTENT_TYPE.as_str()) {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(true);
        request.headers.insert(HeaderName::from_static(name), value);
    }
    request.body = Some(RequestBody::bytes(ENVELOPE, envelope.body));
    request.timeouts = Timeouts { head: Some(REPORT_TIMEOUT), ..Timeouts::default() };
    Ok(request)
}
