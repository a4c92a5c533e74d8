//! Fake collector on loopback, with TLS: a CA of one's own, certificates of clients, and files that cannot be used.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod collector;
mod harness;

use std::{path::PathBuf, sync::Arc, time::Duration};

use codex_observe::{Endpoint, Event, FallbackReason, Observer, TransportFallback};
use codex_otel::{ExportCounts, OtelConfig, Program, StartError, Telemetry};
use collector::Collector;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{RootCertStore, server::WebPkiClientVerifier};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tempfile::TempDir;

/// Certificates in a folder: a CA, a server and a client.
struct Certificates {
    folder: TempDir,
    server: rustls::ServerConfig,
    server_for_known_clients: rustls::ServerConfig,
}

impl Certificates {
    fn new() -> Self {
        let mut ca = CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
        let leaf = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            (params.signed_by(&key, &ca).unwrap().pem(), key.serialize_pem())
        };
        let (server, client) = (leaf("127.0.0.1"), leaf("client"));
        let folder = TempDir::new().unwrap();
        for (name, content) in [
            ("ca.pem", &ca.pem()),
            ("client.pem", &client.0),
            ("client.key", &client.1),
            ("empty.pem", &String::new()),
        ] {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        std::fs::write(folder.path().join("cut.pem"), &ca.pem()[..200]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca.pem().as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = || {
            rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .unwrap()
        };
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let chain = || vec![CertificateDer::from_pem_slice(server.0.as_bytes()).unwrap()];
        let key = || PrivateKeyDer::from_pem_slice(server.1.as_bytes()).unwrap();
        let mut anyone = builder().with_no_client_auth().with_single_cert(chain(), key()).unwrap();
        let mut known = builder()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(chain(), key())
            .unwrap();
        for config in [&mut anyone, &mut known] {
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        Self { folder, server: anyone, server_for_known_clients: known }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn config(collector: &Collector, settings: &str) -> OtelConfig {
    let port = collector.address.port();
    toml::from_str(&format!(
        "traces.enabled = false\nmetrics.enabled = false\n[exporter]\nendpoint = \"https://127.0.0.1:{port}\"\n{settings}"
    ))
    .unwrap()
}

fn send(config: &OtelConfig) -> ExportCounts {
    let telemetry = Telemetry::start(config, Program::new("codex-api", "1.2.3")).unwrap();
    let fact = TransportFallback::new(Endpoint::RESPONSES, FallbackReason::Negotiated);
    telemetry.observer(harness::session(), None).on_event(&Event::TransportFallback(fact));
    telemetry.shutdown(Duration::from_secs(10))
}

#[test]
fn a_ca_of_ones_own_is_trusted_and_nothing_else() {
    let certificates = Certificates::new();
    let tls = Arc::new(certificates.server.clone());
    for protocol in ["http/protobuf", "grpc"] {
        let collector = Collector::start_with(&[], Some(Arc::clone(&tls)));
        let trusting = format!("protocol = {protocol:?}\nca_certificate = {:?}", certificates.file("ca.pem"));
        assert_eq!(send(&config(&collector, &trusting)).logs.delivered, 1, "{protocol}");
        assert_eq!(collector.received(1)[0].headers.get("te").is_some(), protocol == "grpc");

        let other =
            format!("protocol = {protocol:?}\nca_certificate = {:?}", certificates.file("client.pem"));
        assert_eq!(send(&config(&collector, &other)).logs.failed, 1, "{protocol}");
    }
}

#[test]
fn a_client_says_who_it_is_by_its_certificate() {
    let certificates = Certificates::new();
    let tls = Arc::new(certificates.server_for_known_clients.clone());
    let collector = Collector::start_with(&[], Some(tls));
    let ca = format!("ca_certificate = {:?}", certificates.file("ca.pem"));
    assert_eq!(send(&config(&collector, &ca)).logs.failed, 1);
    let identity = format!(
        "{ca}\nclient_certificate = {:?}\nclient_key = {:?}",
        certificates.file("client.pem"),
        certificates.file("client.key")
    );
    assert_eq!(send(&config(&collector, &identity)).logs.delivered, 1);
}

#[test]
fn files_that_cannot_be_used_are_named_with_a_remedy() {
    let certificates = Certificates::new();
    let collector = Collector::start(&[]);
    let start = |setting: &str, file: &str| {
        let settings = format!("{setting} = {:?}", certificates.file(file));
        let error = Telemetry::start(&config(&collector, &settings), Program::new("a", "1")).unwrap_err();
        assert!(error.to_string().contains(file), "{error}");
        error
    };
    assert!(matches!(start("ca_certificate", "missing.pem"), StartError::File { .. }));
    assert!(matches!(start("ca_certificate", "empty.pem"), StartError::NoCertificate { .. }));
    assert!(matches!(start("ca_certificate", "client.key"), StartError::NoCertificate { .. }));
    assert!(matches!(start("ca_certificate", "cut.pem"), StartError::Pem { .. }));
    let ca = format!("ca_certificate = {:?}\n", certificates.file("ca.pem"));
    for (settings, expected) in [
        ("client_certificate = 'FOLDER/client.pem'", "needs `client_key` too"),
        ("client_key = 'FOLDER/client.key'", "needs `client_certificate` too"),
        ("client_certificate = 'FOLDER/client.pem'\nclient_key = 'FOLDER/ca.pem'", "holds no private key"),
        (
            "client_certificate = 'FOLDER/ca.pem'\nclient_key = 'FOLDER/client.key'",
            "cannot be used with its key",
        ),
    ] {
        let settings =
            ca.clone() + &settings.replace("FOLDER", &certificates.folder.path().to_string_lossy());
        let error = Telemetry::start(&config(&collector, &settings), Program::new("a", "1")).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
