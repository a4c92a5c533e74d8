//! Why telemetry cannot be sent at all.

use std::{io, path::PathBuf};

/// Why telemetry cannot be sent at all. No content of a file is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A file of certificates or of a key that cannot be read.
    #[error("cannot read {}; check the path and its permissions", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file that is no PEM.
    #[error("{} is not well-formed PEM", file.display())]
    Pem {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// A file without certificates.
    #[error("{} holds no certificate; point it to a PEM file with certificates, or unset it", file.display())]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// A certificate that cannot be a root.
    #[error("certificate {number} in {} cannot be used", file.display())]
    Certificate {
        /// The file.
        file: PathBuf,
        /// Which one, from 1.
        number: usize,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// A file whose key cannot be used.
    #[error("{} {problem}; point it to a PEM file with a private key", file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: KeyProblem,
    },
    /// A client certificate that does not go with its key.
    #[error("the client certificate in {} cannot be used with its key", file.display())]
    ClientCertificate {
        /// The file of the certificate.
        file: PathBuf,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// A client certificate without its key, or the other way round.
    #[error("{} needs `{missing}` too; set both or neither", file.display())]
    HalfIdentity {
        /// The file that is set.
        file: PathBuf,
        /// The setting that is not.
        missing: &'static str,
    },
    /// The system has no root certificates.
    #[error("the root certificates of the system cannot be loaded; name a file with `ca_certificate`")]
    SystemRoots {
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls {
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client {
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The system gives no thread.
    #[error("the thread that sends telemetry cannot be started")]
    Thread {
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// What is wrong with the file of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// There is none in it.
    #[error("holds no private key")]
    None,
    /// It is no PEM.
    #[error("is not well-formed PEM")]
    Malformed,
}
