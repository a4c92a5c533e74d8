//! One signal's address at a collector, and how to send there.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

use super::{
    SendError, StartError, answer, body,
    message::{Message, Rejected},
    tls,
};
use crate::config::{CollectorUrl, Compression, DEFAULT_TIMEOUT_MS, ExporterConfig, Protocol};

/// The first pause before a batch is sent again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause, unless the collector asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where a signal is sent, and how.
pub(crate) struct Collector {
    client: reqwest::Client,
    endpoint: CollectorUrl,
    protocol: Protocol,
    compression: Compression,
    headers: HeaderMap,
    timeout: Duration,
}

impl Collector {
    /// `config` is the effective one of a signal.
    pub(crate) fn new(config: &ExporterConfig) -> Result<Self, StartError> {
        let protocol = config.protocol.unwrap_or_default();
        let compression = config.compression.unwrap_or_default();
        let endpoint = config.endpoint.clone().unwrap_or_else(|| CollectorUrl::local(protocol));
        let timeout =
            Duration::from_millis(config.timeout_ms.map_or(DEFAULT_TIMEOUT_MS, |limit| limit.get()));
        let mut headers = config.headers.as_ref().map(|headers| headers.map().clone()).unwrap_or_default();
        // What the body is, is not for a configuration to say.
        headers.extend(body::headers(protocol, compression));
        if protocol == Protocol::Grpc
            && let Ok(value) = HeaderValue::from_str(&format!("{}m", timeout.as_millis().min(99_999_999)))
        {
            headers.insert("grpc-timeout", value);
        }
        let client = client(config, &endpoint, protocol)?;
        Ok(Self { client, endpoint, protocol, compression, headers, timeout })
    }

    /// Where it is, without secrets.
    pub(crate) fn endpoint(&self) -> &CollectorUrl {
        &self.endpoint
    }

    /// Sends a message, again after failures that may pass, until the time for one batch is over. In a `hurry` it is not
    /// sent again.
    pub(crate) async fn send<M: Message>(
        &self,
        message: &M,
        hurry: &mut watch::Receiver<bool>,
    ) -> Result<Rejected, SendError> {
        let deadline = Instant::now() + self.timeout;
        let bytes = body::encode(message, self.protocol, self.compression)?;
        let mut pause = FIRST_PAUSE;
        loop {
            let sent = timeout_at(deadline, self.post::<M>(bytes.clone())).await;
            let error = match sent {
                Ok(Ok(rejected)) => return Ok(rejected),
                Ok(Err(error)) => error,
                Err(_) => return Err(SendError::Timeout { limit: self.timeout }),
            };
            let again = Instant::now().checked_add(error.retry_after().unwrap_or_else(|| jittered(pause)));
            let Some(again) = again.filter(|again| *again < deadline) else { return Err(error) };
            if !error.is_retryable() || *hurry.borrow() {
                return Err(error);
            }
            tokio::select! {
                () = tokio::time::sleep_until(again) => pause = (pause * 2).min(LONGEST_PAUSE),
                _ = hurry.wait_for(|hurry| *hurry) => return Err(error),
            }
        }
    }

    async fn post<M: Message>(&self, bytes: Bytes) -> Result<Rejected, SendError> {
        let request = self.client.post(self.endpoint.url().clone()).headers(self.headers.clone()).body(bytes);
        let answer =
            request.send().await.map_err(|error| SendError::Transport { source: error.without_url() })?;
        answer::read::<M::Answer>(answer, self.protocol).await
    }
}

/// Clients that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + fastrand::f64() / 2.0)
}

fn client(
    config: &ExporterConfig,
    endpoint: &CollectorUrl,
    protocol: Protocol,
) -> Result<reqwest::Client, StartError> {
    let encrypted = endpoint.url().scheme() == "https";
    let alpn: &[&[u8]] = if protocol == Protocol::Grpc { &[b"h2"] } else { &[b"h2", b"http/1.1"] };
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::client_config(config, encrypted, alpn)?)
        // A redirect would carry the headers to somewhere else.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(concat!("codex-otel/", env!("CARGO_PKG_VERSION")));
    if protocol == Protocol::Grpc && !encrypted {
        // There is no upgrade from HTTP/1.1, and a proxy for plain HTTP cannot carry HTTP/2.
        builder = builder.http2_prior_knowledge().no_proxy();
    }
    if endpoint.is_loopback() {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| StartError::Client { source: error.without_url() })
}
