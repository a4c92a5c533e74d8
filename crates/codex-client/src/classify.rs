//! From the errors of the HTTP client to facts.

use std::error::Error as StdError;
use std::io;

use rustls::CertificateError;
use url::Url;

use crate::connect_limit::ConnectElapsed;
use crate::error::{
    BoxError, ClosedReason, ClosedStage, ConnectReason, ProxyReason, TlsReason, TransportError, UrlError,
};
use crate::proxy::Proxy;
use crate::timeouts::TimeoutPhase;
use crate::tls::NoRoots;

/// An error of an attempt that got no head.
pub(crate) fn before_head(error: reqwest::Error, url: &Url, proxy: Option<&Proxy>) -> TransportError {
    // The URL may hold secrets in its query.
    let error = error.without_url();
    if let Some(elapsed) = find::<ConnectElapsed>(&error) {
        return TransportError::Timeout { phase: TimeoutPhase::Connect, limit: elapsed.limit };
    }
    if error.is_builder() {
        return TransportError::Url(UrlError::Unusable);
    }
    let host: Box<str> = host_and_port(url).into();
    if let Some(reason) = tls_reason(&error) {
        return TransportError::Tls { host, reason, source: Box::new(error) };
    }
    if !error.is_connect() {
        return closed_or_other(error, ClosedStage::BeforeHead);
    }
    if let Some((proxy, reason)) = proxy.and_then(|proxy| Some((proxy, proxy_reason(&error, url)?))) {
        return TransportError::Proxy { proxy: proxy.address().clone(), reason, source: Box::new(error) };
    }
    if error.is_dns() {
        return TransportError::Dns {
            host: url.host_str().unwrap_or_default().into(),
            source: Box::new(error),
        };
    }
    match find_io(&error).map(io::Error::kind) {
        // TCP connected, so this was the handshake.
        Some(io::ErrorKind::UnexpectedEof) => {
            TransportError::Tls { host, reason: TlsReason::Interrupted, source: Box::new(error) }
        }
        kind => TransportError::Connect { host, reason: connect_reason(kind), source: Box::new(error) },
    }
}

/// An error of a body.
pub(crate) fn in_body(error: reqwest::Error) -> TransportError {
    closed_or_other(error.without_url(), ClosedStage::InBody)
}

fn closed_or_other(error: reqwest::Error, stage: ClosedStage) -> TransportError {
    if let Some(reason) = closed_reason(&error) {
        return TransportError::Closed { stage, reason, source: Box::new(error) };
    }
    let source: BoxError = Box::new(error);
    let is_protocol = find::<hyper::Error>(&*source).is_some_and(hyper::Error::is_parse)
        || find::<h2::Error>(&*source).is_some();
    if is_protocol { TransportError::Protocol { source } } else { TransportError::Other { source } }
}

fn closed_reason(error: &reqwest::Error) -> Option<ClosedReason> {
    if let Some(error) = find::<h2::Error>(error) {
        if error.is_go_away() {
            return Some(ClosedReason::GoAway);
        }
        if error.is_reset() {
            return Some(ClosedReason::StreamReset);
        }
        if error.is_io() {
            return Some(ClosedReason::Other);
        }
    }
    if let Some(reason) = find_io(error).and_then(io_closed_reason) {
        return Some(reason);
    }
    let hyper = find::<hyper::Error>(error)?;
    if hyper.is_incomplete_message() {
        return Some(ClosedReason::Early);
    }
    (hyper.is_closed() || hyper.is_canceled() || hyper.is_body_write_aborted() || hyper.is_shutdown())
        .then_some(ClosedReason::Other)
}

fn io_closed_reason(error: &io::Error) -> Option<ClosedReason> {
    match error.kind() {
        // Not from the system: h2 says so of the streams of a connection that ended.
        io::ErrorKind::BrokenPipe if error.raw_os_error().is_none() => Some(ClosedReason::Early),
        io::ErrorKind::UnexpectedEof => Some(ClosedReason::Early),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Some(ClosedReason::Reset),
        io::ErrorKind::ConnectionAborted
        | io::ErrorKind::NotConnected
        | io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown => Some(ClosedReason::Other),
        _ => None,
    }
}

fn connect_reason(kind: Option<io::ErrorKind>) -> ConnectReason {
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => ConnectReason::Refused,
        Some(io::ErrorKind::ConnectionReset) => ConnectReason::Reset,
        Some(io::ErrorKind::TimedOut) => ConnectReason::TimedOut,
        Some(
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown,
        ) => ConnectReason::Unreachable,
        _ => ConnectReason::Other,
    }
}

fn tls_reason(error: &reqwest::Error) -> Option<TlsReason> {
    let error = find::<rustls::Error>(error)?;
    Some(match error {
        rustls::Error::InvalidCertificate(wrong) => certificate_reason(wrong),
        rustls::Error::AlertReceived(_) => TlsReason::Alert,
        rustls::Error::InvalidMessage(_)
        | rustls::Error::InappropriateMessage { .. }
        | rustls::Error::InappropriateHandshakeMessage { .. }
        | rustls::Error::PeerIncompatible(_)
        | rustls::Error::PeerMisbehaved(_) => TlsReason::NotTls,
        _ => TlsReason::Other,
    })
}

fn certificate_reason(error: &CertificateError) -> TlsReason {
    match error {
        CertificateError::UnknownIssuer => TlsReason::UnknownIssuer,
        // webpki's words for a certificate that signed itself.
        other if other.to_string().contains("CaUsedAsEndEntity") => TlsReason::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsReason::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsReason::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsReason::WrongHost
        }
        CertificateError::Revoked => TlsReason::Revoked,
        CertificateError::Other(other) if other.0.is::<NoRoots>() => TlsReason::NoRoots,
        _ => TlsReason::BadCertificate,
    }
}

/// What a proxy did wrong; `None` when it did its part.
///
/// The connector's error types for proxies are private, so their texts must do; tests hold them in place.
fn proxy_reason(error: &reqwest::Error, url: &Url) -> Option<ProxyReason> {
    let texts: Vec<String> = chain(error).map(|cause| cause.to_string().to_ascii_lowercase()).collect();
    let says = |parts: &[&str]| texts.iter().any(|text| parts.iter().any(|part| text.contains(part)));
    if !says(&["tunnel error", "socks"]) {
        // Without a tunnel the connection itself is the proxy's; within one, it is the service's.
        return (url.scheme() == "http").then_some(ProxyReason::Unreachable);
    }
    Some(if says(&["authorization required", "credentials not accepted", "not support user/pass"]) {
        ProxyReason::AuthenticationRequired
    } else if says(&["failed to create underlying connection"]) {
        ProxyReason::Unreachable
    } else if says(&["unexpected end of file", "headers too long", "failed parsing", "io error"]) {
        ProxyReason::BadAnswer
    } else {
        ProxyReason::TunnelRefused
    })
}

fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The innermost I/O error: those on the way only carry other errors.
fn find_io<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last()
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref::<T>())
}

/// An error and its causes. Looks into I/O errors too, whose `source` passes over the error they wrap.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&cause| {
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match wrapped {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => cause.source(),
        }
    })
}
