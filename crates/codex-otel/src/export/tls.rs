//! TLS to a collector: rustls with ring, the roots of the system or those of a file, and a certificate for the client.

use std::{path::Path, sync::Arc};

use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier, client::WantsClientCert};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls_platform_verifier::Verifier;

use super::{KeyProblem, StartError};
use crate::config::ExporterConfig;

/// The configuration for connections that offer `alpn`. The roots of the system are read only for an encrypted one.
pub(super) fn client_config(
    config: &ExporterConfig,
    encrypted: bool,
    alpn: &[&[u8]],
) -> Result<ClientConfig, StartError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|source| StartError::Tls { source })?;
    let builder = match &config.ca_certificate {
        Some(file) => builder.with_root_certificates(roots(file)?),
        None if encrypted => system_roots(builder)?,
        None => builder.with_root_certificates(RootCertStore::empty()),
    };
    let mut tls = match (&config.client_certificate, &config.client_key) {
        (Some(certificate), Some(key)) => builder
            .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
            .map_err(|source| StartError::ClientCertificate { file: certificate.clone(), source })?,
        (None, None) => builder.with_no_client_auth(),
        (Some(file), None) => {
            return Err(StartError::HalfIdentity { file: file.clone(), missing: "client_key" });
        }
        (None, Some(file)) => {
            return Err(StartError::HalfIdentity { file: file.clone(), missing: "client_certificate" });
        }
    };
    tls.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Ok(tls)
}

fn system_roots(
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, StartError> {
    let provider = Arc::clone(builder.crypto_provider());
    let verifier = Verifier::new(provider).map_err(|source| StartError::SystemRoots { source })?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)))
}

fn roots(file: &Path) -> Result<RootCertStore, StartError> {
    let mut roots = RootCertStore::empty();
    for (index, certificate) in certificates(file)?.into_iter().enumerate() {
        roots.add(certificate).map_err(|source| StartError::Certificate {
            file: file.to_owned(),
            number: index + 1,
            source,
        })?;
    }
    Ok(roots)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, StartError> {
    let text = read(file)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|source| StartError::Pem { file: file.to_owned(), source })?;
    if certificates.is_empty() {
        return Err(StartError::NoCertificate { file: file.to_owned() });
    }
    Ok(certificates)
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, StartError> {
    let problem = |problem| StartError::Key { file: file.to_owned(), problem };
    PrivateKeyDer::from_pem_slice(&read(file)?).map_err(|error| match error {
        rustls_pki_types::pem::Error::NoItemsFound => problem(KeyProblem::None),
        _ => problem(KeyProblem::Malformed),
    })
}

fn read(file: &Path) -> Result<Vec<u8>, StartError> {
    std::fs::read(file).map_err(|source| StartError::File { file: file.to_owned(), source })
}
