//! Simulator: connections and streams that HTTP/2 ends.

use bytes::Bytes;
use codex_client::{ClosedReason, HttpTransport, ReqwestTransport, TransportError};
use tokio::net::TcpStream;

use crate::server::{config, get};

/// HTTP/2 comes by ALPN, so the server needs TLS: a certificate of its own, trusted as an authority.
async fn serve_h2(ending: fn(Ending)) -> (std::net::SocketAddr, ReqwestTransport) {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, certificate.pem()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(tls));
    let address = crate::server::serve(move |stream: TcpStream| {
        let acceptor = acceptor.clone();
        async move {
            let mut connection = h2::server::handshake(acceptor.accept(stream).await.unwrap()).await.unwrap();
            let (_request, mut respond) = connection.accept().await.unwrap().unwrap();
            let mut body = respond.send_response(http::Response::new(()), false).unwrap();
            body.send_data(Bytes::from_static(b"part"), false).unwrap();
            ending(Ending { body, connection: &mut connection });
            while connection.accept().await.is_some() {}
            // Not closed here: a reset would overtake the last frames.
            std::future::pending::<()>().await;
        }
    })
    .await;
    let mut config = config();
    config.ca = codex_client::CaSource::file(file);
    (address, ReqwestTransport::new(&config).unwrap())
}

struct Ending<'a> {
    body: h2::SendStream<Bytes>,
    connection: &'a mut h2::server::Connection<tokio_rustls::server::TlsStream<TcpStream>, Bytes>,
}

async fn last_error(ending: fn(Ending)) -> TransportError {
    let (address, transport) = serve_h2(ending).await;
    let response = transport.send(get(format!("https://{address}/"))).await;
    let mut body = match response {
        Ok(response) => {
            assert_eq!(response.head.version, http::Version::HTTP_2);
            response.body
        }
        Err(error) => return error,
    };
    loop {
        match body.chunk().await {
            Ok(chunk) => assert!(chunk.is_some(), "a cut body must not end properly"),
            Err(error) => return error,
        }
    }
}

#[tokio::test]
async fn a_reset_stream_and_a_closed_connection_are_closed_answers() {
    let error = last_error(|mut ending| ending.body.send_reset(h2::Reason::INTERNAL_ERROR)).await;
    assert!(matches!(error, TransportError::Closed { reason: ClosedReason::StreamReset, .. }), "{error:?}");
    assert!(error.is_retryable());

    let error = last_error(|ending| ending.connection.abrupt_shutdown(h2::Reason::ENHANCE_YOUR_CALM)).await;
    // Which of the two depends on whether the stream or the connection hears of it first.
    assert!(
        matches!(error, TransportError::Closed { reason: ClosedReason::GoAway | ClosedReason::Early, .. }),
        "{error:?}"
    );
    assert!(error.is_retryable());
}
