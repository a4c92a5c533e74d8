//! Simulator: what is sent, and attempts without an answer.

use std::error::Error;
use std::time::Duration;

use codex_client::{
    ClosedReason, ClosedStage, CompressionLevel, ConnectReason, ConnectionUse, HttpTransport, RequestBody,
    ReqwestTransport, TimeoutPhase, TransportError, UrlError,
};
use http::{HeaderValue, Method, StatusCode};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use crate::server::{answering, config, dead_address, get, read_request, serve, transport};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn sends_headers_and_body_as_given() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let address = serve(move |mut stream| {
        let sender = sender.clone();
        async move {
            sender.send(read_request(&mut stream).await.unwrap()).unwrap();
            stream.write_all(OK).await.unwrap();
        }
    })
    .await;

    let body = RequestBody::json(&"x".repeat(1000)).unwrap().compress(CompressionLevel::default()).unwrap();
    let mut request = get(format!("http://{address}/path?name=a%20b"));
    request.method = Method::POST;
    request.headers.insert("x-test", HeaderValue::from_static("1"));
    request.body = Some(body.clone());
    transport().send(request).await.unwrap();

    let (head, sent) = seen.recv().await.unwrap();
    assert!(head.starts_with("POST /path?name=a%20b HTTP/1.1\r\n"), "{head}");
    for line in
        ["x-test: 1", "content-type: application/json", "content-encoding: zstd", "user-agent: codex-client/"]
    {
        assert!(head.contains(&format!("\r\n{line}")), "{line} is missing in {head}");
    }
    assert_eq!(&sent, body.encoded());
    assert_eq!(&zstd::decode_all(&sent[..]).unwrap(), body.content());
}

#[tokio::test]
async fn any_status_is_an_answer_and_redirects_are_not_followed() {
    for status in [200, 302, 307, 401, 429, 503] {
        let answer = format!(
            "HTTP/1.1 {status} X\r\nlocation: http://other.invalid/\r\ncontent-length: 4\r\n\r\nbody"
        );
        let address = answering(answer).await;
        let response = transport().send(get(format!("http://{address}/"))).await.unwrap();
        assert_eq!(response.head.status, StatusCode::from_u16(status).unwrap());
        assert_eq!(response.head.header("Location"), Some("http://other.invalid/"));
        assert_eq!(response.body.collect(10).await.unwrap().bytes, "body");
    }
}

#[tokio::test]
async fn connections_are_used_again_across_handles() {
    let address = serve(|mut stream| async move {
        while read_request(&mut stream).await.is_some() {
            stream.write_all(OK).await.unwrap();
        }
    })
    .await;
    let mut shared = config();
    shared.user_agent = Some(format!("test of {address}"));
    let mut uses = Vec::new();
    for _ in 0..3 {
        let transport = ReqwestTransport::shared(&shared).unwrap();
        let response = transport.send(get(format!("http://{address}/"))).await.unwrap();
        uses.push(response.head.connection);
        response.body.collect(10).await.unwrap();
    }
    assert_eq!(uses, [ConnectionUse::Fresh, ConnectionUse::Reused, ConnectionUse::Reused]);
}

#[tokio::test]
async fn head_timeout_names_phase_and_limit() {
    let address = serve(|mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let limit = Duration::from_millis(30);
    let mut request = get(format!("http://{address}/"));
    request.timeouts.head = Some(limit);
    let error = transport().send(request).await.unwrap_err();
    assert!(matches!(error, TransportError::Timeout { phase: TimeoutPhase::Head, limit: l } if l == limit));
    assert_eq!(error.to_string(), "no answer within 30 ms");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn connect_timeout_is_that_of_the_request() {
    // Accepts, but never answers the TLS handshake, which is part of connecting.
    let address = serve(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let transport = transport();
    for limit in [20, 40].map(Duration::from_millis) {
        let mut request = get(format!("https://{address}/"));
        request.timeouts.connect = limit;
        let error = transport.send(request).await.unwrap_err();
        assert!(
            matches!(error, TransportError::Timeout { phase: TimeoutPhase::Connect, limit: l } if l == limit),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn nothing_listens() {
    let address = dead_address().await;
    let error = transport().send(get(format!("http://{address}/"))).await.unwrap_err();
    assert!(matches!(error, TransportError::Connect { reason: ConnectReason::Refused, .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("cannot connect to {address}: refused, nothing listens there"));
    assert!(error.source().is_some() && error.is_retryable());
}

#[tokio::test]
async fn host_does_not_resolve() {
    // Longer than DNS allows, so that no name server is asked.
    let host = "a".repeat(64);
    let error = transport().send(get(format!("http://{host}/"))).await.unwrap_err();
    assert!(matches!(&error, TransportError::Dns { host: h, .. } if **h == host), "{error:?}");
}

#[tokio::test]
async fn closed_before_the_head() {
    let address = serve(|mut stream| async move {
        read_request(&mut stream).await;
    })
    .await;
    let error = transport().send(get(format!("http://{address}/"))).await.unwrap_err();
    assert!(
        matches!(
            error,
            TransportError::Closed { stage: ClosedStage::BeforeHead, reason: ClosedReason::Early, .. }
        ),
        "{error:?}"
    );
    assert!(error.is_retryable());
}

#[tokio::test]
async fn not_http() {
    let address = answering("SSH-2.0-OpenSSH_9.9\r\n\r\n").await;
    let error = transport().send(get(format!("http://{address}/"))).await.unwrap_err();
    assert!(matches!(error, TransportError::Protocol { .. }), "{error:?}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn urls_that_cannot_be_asked() {
    let scheme = TransportError::Url(UrlError::Scheme { scheme: "ftp".into() }).to_string();
    let credentials = TransportError::Url(UrlError::Credentials).to_string();
    for (url, expected) in [
        ("ftp://host/", &scheme),
        ("https://user:hunter2@host/", &credentials),
        ("https://hunter2@host/", &credentials),
    ] {
        let error = transport().send(get(url)).await.unwrap_err();
        assert_eq!(&error.to_string(), expected);
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn a_url_that_is_too_long_for_http() {
    let error = transport().send(get(format!("http://localhost/?{}", "q".repeat(70_000)))).await.unwrap_err();
    assert!(matches!(error, TransportError::Url(UrlError::Unusable)), "{error:?}");
}

#[tokio::test]
async fn errors_do_not_show_the_query() {
    let address = dead_address().await;
    let error = transport().send(get(format!("http://{address}/?key=hunter2"))).await.unwrap_err();
    let mut shown = format!("{error:?} {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        shown += &error.to_string();
        cause = error.source();
    }
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn a_user_agent_with_a_line_break_is_refused() {
    let mut config = config();
    config.user_agent = Some("a\nb".into());
    let error = ReqwestTransport::new(&config).unwrap_err();
    assert!(matches!(error, TransportError::Header { name, .. } if name == "user-agent"));
}
