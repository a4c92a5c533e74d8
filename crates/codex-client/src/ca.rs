//! Certificate authorities besides those of the system.

mod pem;
mod system;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;

use pem::Pem;
pub use pem::PemError;
pub(crate) use system::hidden_system_roots;

/// The variable of our own; wins over [`SSL_CERT_FILE`].
const OWN_VARIABLE: &str = "CODEX_CA_CERTIFICATE";
/// The variable of OpenSSL.
const SSL_CERT_FILE: &str = "SSL_CERT_FILE";

/// Where additional certificate authorities come from. They add to those of the system, for HTTP and
/// WebSocket alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CaSource {
    /// The file in `CODEX_CA_CERTIFICATE`, else in `SSL_CERT_FILE`, else none. Empty means unset.
    #[default]
    Environment,
    /// This PEM file.
    File(CaFile),
    /// None: those of the system alone. On Linux and its like OpenSSL's own variables count as the system's.
    System,
}

/// A PEM file with certificates, and who named it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CaFile {
    /// The file.
    pub path: PathBuf,
    /// The environment variable it came from.
    pub variable: Option<&'static str>,
}

impl CaSource {
    /// A PEM file named by the caller.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::File(CaFile { path: path.into(), variable: None })
    }

    /// The same source with the environment looked up: never [`Environment`](Self::Environment).
    #[must_use]
    pub fn resolve(self, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        if self != Self::Environment {
            return self;
        }
        let set = |variable| lookup(variable).filter(|path| !path.is_empty()).map(|path| (variable, path));
        match set(OWN_VARIABLE).or_else(|| set(SSL_CERT_FILE)) {
            Some((variable, path)) => Self::File(CaFile { path: path.into(), variable: Some(variable) }),
            None => Self::System,
        }
    }

    /// Reads the certificates. Several `CERTIFICATE` blocks and text around them are fine; so is OpenSSL's
    /// `TRUSTED CERTIFICATE`, whose trust settings are ignored. Other blocks (keys, revocation lists, even
    /// malformed ones) are skipped.
    ///
    /// # Errors
    /// [`CaError`]: when certificates were asked for and cannot be had, requests fail. Going on without them
    /// would only give a less clear error later.
    pub fn load(&self) -> Result<Vec<CertificateDer<'static>>, CaError> {
        match self.clone().resolve(|name| std::env::var_os(name)) {
            Self::File(file) => file.load(),
            Self::System | Self::Environment => Ok(Vec::new()),
        }
    }
}

impl CaFile {
    /// Longest file that is read: 16 MiB. The bundle of a whole system is about 0.2 MiB.
    pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

    fn load(&self) -> Result<Vec<CertificateDer<'static>>, CaError> {
        let text = self.read().map_err(|source| CaError::Unreadable { file: self.clone(), source })?;
        let certificates = Pem::certificates(&text)
            .map_err(|source| CaError::MalformedPem { file: self.clone(), source })?;
        if certificates.is_empty() {
            return Err(CaError::NoCertificate { file: self.clone() });
        }
        let mut accepted = RootCertStore::empty();
        for (index, certificate) in certificates.iter().enumerate() {
            accepted.add(certificate.clone()).map_err(|source| CaError::NotAccepted {
                file: self.clone(),
                number: index + 1,
                source,
            })?;
        }
        Ok(certificates)
    }

    fn read(&self) -> io::Result<Vec<u8>> {
        use io::Read;
        let mut text = Vec::new();
        let file = std::fs::File::open(&self.path)?;
        let read = file.take(Self::MAX_BYTES + 1).read_to_end(&mut text)?;
        if read as u64 > Self::MAX_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(text)
    }

    /// The file, as an error names it.
    fn shown(&self) -> Shown<'_> {
        Shown { path: &self.path, variable: self.variable }
    }
}

struct Shown<'a> {
    path: &'a Path,
    variable: Option<&'static str>,
}

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.variable.map_or(Ok(()), |variable| write!(f, " (from {variable})"))
    }
}

struct Advice<'a>(&'a CaFile);

impl std::fmt::Display for Advice<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.variable {
            Some(variable) => write!(f, "point {variable} to a PEM file with certificates, or unset it"),
            None => f.write_str("name a PEM file with certificates"),
        }
    }
}

/// Why the custom certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// The file cannot be read.
    #[error("cannot read the certificates in {}; {}", file.shown(), Advice(file))]
    Unreadable {
        /// The file.
        file: CaFile,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file holds no certificate.
    #[error("there is no certificate in {}; {}", file.shown(), Advice(file))]
    NoCertificate {
        /// The file.
        file: CaFile,
    },
    /// A certificate block is broken.
    #[error("the PEM text in {} is malformed; {}", file.shown(), Advice(file))]
    MalformedPem {
        /// The file.
        file: CaFile,
        /// What is wrong.
        #[source]
        source: PemError,
    },
    /// A certificate cannot serve as an authority.
    #[error("certificate number {number} in {} is not accepted; {}", file.shown(), Advice(file))]
    NotAccepted {
        /// The file.
        file: CaFile,
        /// Which certificate, from 1.
        number: usize,
        /// Why.
        #[source]
        source: rustls::Error,
    },
}
