//! The way to a server: name, connection, TLS, an answer.

use std::time::{Duration, Instant, SystemTime};

use codex_client::{
    ClientConfig, HttpTransport, Request, ReqwestTransport, ResponseHead, TimeoutPhase, Timeouts,
    TransportError,
};
use codex_core::{Environment, REFRESH_URL_VARIABLE};
use http::Method;
use url::{Host, Url};

use super::{Check, Finding, Findings};
use crate::{error_text, login::ISSUER_VARIABLE};

/// The longest that a server is waited for, from looking up its name to its answer.
pub(super) const REACH_TIMEOUT: Duration = Duration::from_secs(10);

/// The token authority of the public service (wire.md 15).
const AUTHORITY: &str = "https://auth.openai.com";

/// A server that answered something.
pub(super) struct Reached {
    pub(super) head: ResponseHead,
    /// When the answer came.
    pub(super) at: SystemTime,
    took: Duration,
}

/// Asks the root of the service's host, without credentials: any answer will do.
pub(super) async fn service(base_url: &Url, patience: Duration) -> Result<Reached, TransportError> {
    probe(base_url, patience).await
}

/// Whether the token authority can be reached.
pub(super) async fn authority(environment: &Environment, patience: Duration) -> Finding {
    let named = [REFRESH_URL_VARIABLE, ISSUER_VARIABLE].iter().find_map(|name| environment.variable(name));
    let Ok(url) = Url::parse(named.as_deref().unwrap_or(AUTHORITY)) else {
        return Finding::skipped(Check::Authority, "its address is no URL");
    };
    let host = url.host_str().unwrap_or_default();
    match probe(&url, patience).await {
        Ok(reached) => Finding::ok(Check::Authority, answered(host, &reached)),
        Err(error) => Finding::failure(Check::Authority, error_text::of_transport(&error))
            .remedy("The login cannot be renewed until the token authority can be reached."),
    }
}

async fn probe(url: &Url, patience: Duration) -> Result<Reached, TransportError> {
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    let mut request = Request::new(Method::HEAD, root);
    request.timeouts = Timeouts { connect: patience, head: Some(patience), ..Timeouts::default() };
    let started = Instant::now();
    let answer = ReqwestTransport::shared(&ClientConfig::default())?.send(request).await;
    let head = match answer {
        Ok(response) => response.head,
        Err(TransportError::Status(status)) => status.head,
        Err(error) => return Err(error),
    };
    Ok(Reached { head, at: SystemTime::now(), took: started.elapsed() })
}

/// A finding for each step of the way.
pub(super) fn tell(url: &Url, service: &Result<Reached, TransportError>, findings: &mut Findings) {
    let host = url.host_str().unwrap_or_default();
    let problem = service.as_ref().err().map(|error| (step(error), error_text::of_transport(error)));
    for check in [Check::Dns, Check::Connect, Check::Tls, Check::Service] {
        findings.push(match (&problem, service) {
            (Some((failed, fact)), _) if *failed == check => Finding::failure(check, fact),
            (Some((failed, _)), _) if *failed < check => Finding::skipped(check, "the step before it failed"),
            (_, Err(TransportError::Timeout { phase: TimeoutPhase::Connect, .. })) => {
                Finding::skipped(check, "the time ran out before it was known")
            }
            (_, Ok(reached)) if check == Check::Service => Finding::ok(check, answered(host, reached)),
            _ => done(check, url, host),
        });
    }
}

/// The step at which an error stopped.
fn step(error: &TransportError) -> Check {
    match error {
        TransportError::Dns { .. } => Check::Dns,
        TransportError::Connect { .. }
        | TransportError::Proxy { .. }
        | TransportError::Timeout { phase: TimeoutPhase::Connect, .. } => Check::Connect,
        TransportError::Tls { .. } => Check::Tls,
        _ => Check::Service,
    }
}

/// A step that was taken.
fn done(check: Check, url: &Url, host: &str) -> Finding {
    let proxied = proxied(url);
    match check {
        Check::Dns if proxied => Finding::skipped(check, "the proxy looks up the name"),
        Check::Dns if matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) => {
            Finding::ok(check, format!("{host} is an address"))
        }
        Check::Dns => Finding::ok(check, format!("{host} is found")),
        Check::Tls if url.scheme() != "https" => Finding::skipped(check, "the base URL is plain http"),
        Check::Tls => Finding::ok(check, format!("the certificate of {host} is trusted")),
        _ if proxied => Finding::ok(check, format!("to {host} through the proxy")),
        _ => Finding::ok(check, format!("to {host}")),
    }
}

fn answered(host: &str, reached: &Reached) -> String {
    let (status, took) = (reached.head.status.as_u16(), reached.took.as_millis());
    format!("{host} answers (status {status} at its root, after {took} ms)")
}

fn proxied(url: &Url) -> bool {
    ClientConfig::default().proxies().is_ok_and(|proxies| proxies.for_url(url).is_some())
}
