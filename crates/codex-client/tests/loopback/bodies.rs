//! Simulator: bodies that are large, cut, reset, stalled or broken.

use std::time::Duration;

use codex_client::{
    ClosedReason, ClosedStage, HttpTransport, SseLimits, SseStream, StatusError, TimeoutPhase, TransportError,
};
use tokio::io::AsyncWriteExt;

use crate::server::{answering, get, read_request, serve, transport};

#[tokio::test]
async fn large_bodies_arrive_whole() {
    let body: Vec<u8> = (0..5_000_000u32).map(|n| n as u8).collect();
    let mut answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(&body);
    let address = answering(answer).await;
    let response = transport().send(get(format!("http://{address}/"))).await.unwrap();
    let collected = response.body.collect(usize::MAX).await.unwrap();
    assert!(collected.bytes == body && !collected.truncated);
}

#[tokio::test]
async fn cut_bodies_fail() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\npart",
    ] {
        let address = answering(answer).await;
        let mut body = transport().send(get(format!("http://{address}/"))).await.unwrap().body;
        assert_eq!(body.chunk().await.unwrap().unwrap(), "part", "what came before the cut is delivered");
        let error = body.chunk().await.unwrap_err();
        assert!(
            matches!(
                error,
                TransportError::Closed { stage: ClosedStage::InBody, reason: ClosedReason::Early, .. }
            ),
            "{error:?}"
        );
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn reset_bodies_fail() {
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let wait = std::sync::Arc::new(tokio::sync::Mutex::new(Some(wait)));
    let address = serve(move |mut stream| {
        let wait = wait.clone();
        async move {
            read_request(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart").await.unwrap();
            let _ = wait.lock().await.take().unwrap().await;
            stream.set_zero_linger().unwrap();
        }
    })
    .await;
    let mut body = transport().send(get(format!("http://{address}/"))).await.unwrap().body;
    assert_eq!(body.chunk().await.unwrap().unwrap(), "part");
    go.send(()).unwrap();
    let error = body.chunk().await.unwrap_err();
    assert!(
        matches!(
            error,
            TransportError::Closed { stage: ClosedStage::InBody, reason: ClosedReason::Reset, .. }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn broken_chunked_encoding_is_a_protocol_error() {
    let address = answering("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n").await;
    let mut body = transport().send(get(format!("http://{address}/"))).await.unwrap().body;
    let error = body.chunk().await.unwrap_err();
    assert!(!matches!(error, TransportError::Closed { .. }), "{error:?}");
}

#[tokio::test]
async fn stalled_bodies_fail_by_the_byte_clock() {
    let address = serve(|mut stream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let mut request = get(format!("http://{address}/"));
    request.timeouts.byte_idle = Some(Duration::from_millis(30));
    let timeouts = request.timeouts.clone();
    let body = transport().send(request).await.unwrap().body;
    let mut stream = SseStream::new(body, SseLimits::default(), &timeouts);
    assert_eq!(stream.next().await.unwrap().unwrap().data, "1");
    let error = stream.next().await.unwrap_err();
    assert!(matches!(error, TransportError::Timeout { phase: TimeoutPhase::ByteIdle, .. }), "{error:?}");
    assert_eq!((stream.progress().bytes, stream.progress().frames), (9, 1));
}

#[tokio::test]
async fn status_errors_keep_a_bounded_body() {
    let page = format!("<html>{}", "x".repeat(StatusError::MAX_BODY));
    let answer = format!("HTTP/1.1 502 Bad Gateway\r\ncontent-length: {}\r\n\r\n{page}", page.len());
    let address = answering(answer).await;
    let response = transport().send(get(format!("http://{address}/"))).await.unwrap();
    let error = StatusError::read(response).await;
    assert_eq!(error.to_string(), "the server answered 502 Bad Gateway");
    assert_eq!(error.body.len(), StatusError::MAX_BODY);
    assert!(error.truncated && error.is_html() && error.is_retryable());
}
