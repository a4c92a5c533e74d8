//! The TLS configuration: made in one place, for every kind of connection.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use rustls_platform_verifier::Verifier;

use crate::ca::{self, CaSource};
use crate::error::TransportError;

/// The TLS configuration for connections that offer `protocols` (ALPN), such as `h2` and `http/1.1`.
///
/// Certificates are checked against the roots of the system and those of `ca`, with rustls and ring. The
/// roots of the system are read when the first certificate is to be checked, not before: a program that
/// talks to this machine only does not pay for them, and runs where there are none.
///
/// # Errors
/// [`TransportError::Ca`] when the certificates of `ca` cannot be used.
pub fn tls_config(ca: &CaSource, protocols: &[&str]) -> Result<ClientConfig, TransportError> {
    let extra = ca.load()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(LazyVerifier { extra, provider: Arc::clone(&provider), inner: OnceLock::new() });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| TransportError::Client { source: Box::new(source) })?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Ok(config)
}

/// The platform's verifier, made when first needed.
#[derive(Debug)]
struct LazyVerifier {
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    inner: OnceLock<Option<Verifier>>,
}

/// There is nothing to check a certificate against.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("this system has no root certificates")]
pub(crate) struct NoRoots;

impl LazyVerifier {
    fn inner(&self) -> Result<&Verifier, rustls::Error> {
        let made = self.inner.get_or_init(|| {
            let roots = self.extra.iter().cloned().chain(ca::hidden_system_roots());
            Verifier::new_with_extra_roots(roots, Arc::clone(&self.provider))
                .inspect_err(
                    |error| tracing::warn!(%error, "cannot load the root certificates of the system"),
                )
                .ok()
        });
        let none =
            || rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(NoRoots))));
        made.as_ref().ok_or_else(none)
    }
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.inner()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
