//! Roots of the system that an environment variable hides.

use std::path::Path;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;

use super::SSL_CERT_FILE;
use super::pem::Pem;

/// The other variable of OpenSSL.
const SSL_CERT_DIR: &str = "SSL_CERT_DIR";

/// Where systems without a certificate service of their own keep their roots, in one PEM file.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The roots of the system where the platform's verifier does not see them.
///
/// On Linux and its like the verifier takes `SSL_CERT_FILE` and `SSL_CERT_DIR` *instead of* the system's
/// roots. Here certificates only ever add, so these are read back. Empty when nothing is hidden.
pub(crate) fn hidden_system_roots() -> Vec<CertificateDer<'static>> {
    let hides = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let reads_variables = cfg!(all(unix, not(target_vendor = "apple"), not(target_os = "android")));
    if !reads_variables || !(hides(SSL_CERT_FILE) || hides(SSL_CERT_DIR)) {
        return Vec::new();
    }
    BUNDLES.iter().find_map(|path| read_bundle(Path::new(path))).unwrap_or_default()
}

fn read_bundle(path: &Path) -> Option<Vec<CertificateDer<'static>>> {
    let text = std::fs::read(path).ok()?;
    let mut certificates = Pem::certificates(&text)
        .inspect_err(
            |error| tracing::warn!(path = %path.display(), %error, "cannot read the roots of the system"),
        )
        .ok()?;
    let mut accepted = RootCertStore::empty();
    certificates.retain(|certificate| accepted.add(certificate.clone()).is_ok());
    Some(certificates)
}

#[cfg(test)]
mod tests;
