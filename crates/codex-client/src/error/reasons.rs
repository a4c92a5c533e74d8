//! The reasons that errors name.

use std::fmt;

/// Why a URL cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Neither `http` nor `https`.
    #[error("its scheme is `{scheme}`, but only http and https are spoken")]
    Scheme {
        /// The scheme it has.
        scheme: Box<str>,
    },
    /// HTTP cannot carry it; too long, most likely.
    #[error("HTTP cannot carry it; shorten it, most likely its query")]
    Unusable,
    /// There is a user name or password in it: they would go astray in logs.
    #[error("it contains a user name or password: send credentials in a header")]
    Credentials,
}

/// Why there is no TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectReason {
    /// Nothing listens there.
    Refused,
    /// No way to the host or network.
    Unreachable,
    /// The other side reset the connection while it was made.
    Reset,
    /// The system gave up by its own clock.
    TimedOut,
    /// Anything else; see the source.
    Other,
}

impl fmt::Display for ConnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "refused, nothing listens there",
            Self::Unreachable => "host or network unreachable",
            Self::Reset => "reset by the other side",
            Self::TimedOut => "the system gave up waiting",
            Self::Other => "the connection failed",
        })
    }
}

/// Why there is no secure connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsReason {
    /// No trusted authority signed the certificate: a private CA, or a proxy that inspects TLS.
    UnknownIssuer,
    /// The certificate is past its time.
    Expired,
    /// The certificate's time has not come: is the clock right?
    NotYetValid,
    /// The certificate is for another host.
    WrongHost,
    /// The certificate was revoked.
    Revoked,
    /// The certificate is wrong in another way; see the source.
    BadCertificate,
    /// This machine has no root certificates to check against.
    NoRoots,
    /// The other side refused by an alert.
    Alert,
    /// The other side does not speak TLS, or breaks its rules.
    NotTls,
    /// The connection ended during the handshake.
    Interrupted,
    /// Anything else; see the source.
    Other,
}

impl fmt::Display for TlsReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownIssuer => {
                "its certificate is signed by an unknown authority; add that authority with CODEX_CA_CERTIFICATE"
            }
            Self::Expired => "its certificate has expired",
            Self::NotYetValid => "its certificate is not valid yet; check the clock",
            Self::WrongHost => "its certificate is for another host",
            Self::Revoked => "its certificate was revoked",
            Self::BadCertificate => "its certificate is not acceptable",
            Self::NoRoots => {
                "this system has no root certificates; install them (ca-certificates) or name a file in CODEX_CA_CERTIFICATE"
            }
            Self::Alert => "it refused by a TLS alert",
            Self::NotTls => "it does not speak TLS properly",
            Self::Interrupted => "the connection ended during the handshake",
            Self::Other => "the handshake failed",
        })
    }
}

/// Why a proxy does not let a request through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyReason {
    /// The proxy cannot be reached.
    Unreachable,
    /// The proxy wants credentials, or others (407).
    AuthenticationRequired,
    /// The proxy refused to open the tunnel.
    TunnelRefused,
    /// The proxy closed the connection or does not speak its protocol.
    BadAnswer,
}

impl fmt::Display for ProxyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "cannot be reached",
            Self::AuthenticationRequired => {
                "it wants credentials (407); put them into its URL, http://user:password@host"
            }
            Self::TunnelRefused => "it refused to open the connection",
            Self::BadAnswer => "its answer makes no sense",
        })
    }
}

/// How far an answer had come when its connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClosedStage {
    /// No head yet.
    BeforeHead,
    /// Within the body.
    InBody,
}

impl fmt::Display for ClosedStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeHead => "before the answer",
            Self::InBody => "within the answer",
        })
    }
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClosedReason {
    /// Closed in an orderly way, but too early.
    Early,
    /// Reset.
    Reset,
    /// HTTP/2: the server closes the connection (GOAWAY).
    GoAway,
    /// HTTP/2: the server cancelled the stream (RST_STREAM).
    StreamReset,
    /// Anything else; see the source.
    Other,
}

impl fmt::Display for ClosedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Early => "closed too early",
            Self::Reset => "reset",
            Self::GoAway => "closed by the server (GOAWAY)",
            Self::StreamReset => "cancelled by the server (RST_STREAM)",
            Self::Other => "it broke",
        })
    }
}

/// What a size limit of an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bounded {
    /// A whole body, read at once.
    Body,
}

impl fmt::Display for Bounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Body => "the body of the answer",
        })
    }
}
