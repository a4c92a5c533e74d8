//! Simulator: certificates, right and wrong.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use codex_client::{CaSource, HttpTransport, ReqwestTransport, TlsReason, TransportError};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;

use crate::server::{answering, config, get, read_request, serve, transport};

/// A certificate authority of the test, with its certificate in a file.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two authorities of one name would be told apart by their signatures only.
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).unwrap();
        Self { issuer: Issuer::new(params, key), folder }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn transport(&self) -> ReqwestTransport {
        let mut config = config();
        config.ca = CaSource::file(self.file());
        ReqwestTransport::new(&config).unwrap()
    }

    /// A server with a certificate for `host`, valid for years that `adjust` may change.
    pub(crate) async fn serve(&self, host: &str, adjust: impl FnOnce(&mut CertificateParams)) -> SocketAddr {
        let acceptor = self.acceptor(host, adjust);
        serve(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                read_request(&mut stream).await;
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecure").await.unwrap();
                stream.shutdown().await.unwrap();
            }
        })
        .await
    }

    fn acceptor(&self, host: &str, adjust: impl FnOnce(&mut CertificateParams)) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        adjust(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

async fn reason(transport: &ReqwestTransport, address: SocketAddr) -> TlsReason {
    match transport.send(get(format!("https://{address}/"))).await.unwrap_err() {
        TransportError::Tls { host, reason, source } => {
            assert_eq!(*host, address.to_string());
            assert!(source.source().is_some());
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_named() {
    let authority = Authority::new("ours");
    let address = authority.serve("127.0.0.1", |_| {}).await;
    let response = authority.transport().send(get(format!("https://{address}/"))).await.unwrap();
    assert_eq!(response.body.collect(10).await.unwrap().bytes, "secure");
    assert_eq!(reason(&transport(), address).await, TlsReason::UnknownIssuer);
}

#[tokio::test]
async fn wrong_certificates_are_told_apart() {
    let authority = Authority::new("ours");
    let transport = authority.transport();

    let address = authority.serve("other.example", |_| {}).await;
    assert_eq!(reason(&transport, address).await, TlsReason::WrongHost);

    let expired = |params: &mut CertificateParams| params.not_after = date_time_ymd(2001, 1, 1);
    let address = authority.serve("127.0.0.1", expired).await;
    assert_eq!(reason(&transport, address).await, TlsReason::Expired);

    let future = |params: &mut CertificateParams| params.not_before = date_time_ymd(4000, 1, 1);
    let address = authority.serve("127.0.0.1", future).await;
    assert_eq!(reason(&transport, address).await, TlsReason::NotYetValid);

    let address = Authority::new("theirs").serve("127.0.0.1", |_| {}).await;
    assert_eq!(reason(&transport, address).await, TlsReason::UnknownIssuer);
}

#[tokio::test]
async fn servers_without_tls() {
    let plain = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!(reason(&transport(), plain).await, TlsReason::NotTls);

    let hasty = serve(|stream| async move { drop(stream) }).await;
    let error = transport().send(get(format!("https://{hasty}/"))).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn plain_http_needs_no_roots() {
    let address = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(transport().send(get(format!("http://{address}/"))).await.unwrap().head.status, 204);
}

#[tokio::test]
async fn certificates_that_cannot_be_read_stop_everything() {
    let mut config = config();
    config.ca = CaSource::file("/nonexistent/ca.pem");
    let error = ReqwestTransport::new(&config).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the certificates in /nonexistent/ca.pem; name a PEM file with certificates"
    );
}
