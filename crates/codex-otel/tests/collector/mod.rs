//! A collector on a loopback port that answers as it is told: HTTP/1.1 and HTTP/2, plain or with TLS.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    collections::VecDeque,
    convert::Infallible,
    io::Read,
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The longest time that a test waits for a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the collector does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Takes it.
    Accept,
    /// Takes it, but for so many records (protobuf and gRPC, of logs).
    Reject(i64),
    /// Takes it, with an answer of so many bytes that say nothing.
    Talk(usize),
    /// Answers with this HTTP status, and a page.
    Status(u16),
    /// Answers with 503, and this `retry-after`.
    Busy(&'static str),
    /// Takes it, with an answer of this media type.
    Say(&'static str, &'static str),
    /// Answers with this gRPC status.
    Grpc(u32),
    /// Reads it and closes the connection.
    Close,
    /// Reads it and never answers.
    Stall,
}

/// A request that came in.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// Without compression and without the frame of gRPC.
    pub(crate) body: Bytes,
}

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    received: Vec<Received>,
}

/// The collector; it runs until the test is over.
#[derive(Clone)]
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Collector {
    /// Answers with `replies` in turn, then accepts everything.
    pub(crate) fn start(replies: &[Reply]) -> Self {
        Self::start_with(replies, None)
    }

    pub(crate) fn start_with(replies: &[Reply], tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let state = State { replies: replies.iter().copied().collect(), received: Vec::new() };
        let collector = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new((Mutex::new(state), Condvar::new())),
        };
        let server = collector.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(server.serve(listener, tls));
        });
        collector
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came in so far, once it is at least `count` requests.
    pub(crate) fn received(&self, count: usize) -> Vec<Received> {
        let (state, changed) = &*self.state;
        let enough = |state: &mut State| state.received.len() < count;
        let (state, waited) = changed.wait_timeout_while(state.lock().unwrap(), PATIENCE, enough).unwrap();
        assert!(!waited.timed_out(), "only {} of {count} requests came", state.received.len());
        state.received.clone()
    }

    async fn serve(self, listener: std::net::TcpListener, tls: Option<Arc<rustls::ServerConfig>>) {
        let listener = TcpListener::from_std(listener).unwrap();
        let acceptor = tls.map(TlsAcceptor::from);
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (this, acceptor) = (self.clone(), acceptor.clone());
            tokio::spawn(async move {
                match acceptor {
                    None => this.connection(TokioIo::new(stream)).await,
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            this.connection(TokioIo::new(stream)).await;
                        }
                    }
                }
            });
        }
    }

    async fn connection<I>(&self, io: I)
    where
        I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    {
        let service = hyper::service::service_fn(move |request| self.clone().answer(request));
        // An error: the client went, or this side was told to close.
        let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(io, service).await;
    }

    async fn answer(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<UnsyncBoxBody<Bytes, Infallible>>, &'static str> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| "the request broke off")?.to_bytes();
        let grpc = head.headers["content-type"] == "application/grpc";
        let body = plain(&head.headers, body, grpc);
        let reply = {
            let (state, changed) = &*self.state;
            let mut state = state.lock().unwrap();
            state.received.push(Received { path: head.uri.path().to_owned(), headers: head.headers, body });
            changed.notify_all();
            state.replies.pop_front().unwrap_or(Reply::Accept)
        };
        match reply {
            Reply::Accept => Ok(respond(grpc, 0, Bytes::new())),
            Reply::Reject(count) => Ok(respond(grpc, 0, partial(count))),
            Reply::Talk(bytes) => Ok(respond(grpc, 0, Bytes::from(vec![0xff; bytes]))),
            Reply::Grpc(code) => Ok(respond(true, code, Bytes::new())),
            Reply::Status(status) => {
                let mut response = respond(false, 0, Bytes::from_static(b"<html>no</html>"));
                *response.status_mut() = StatusCode::from_u16(status).unwrap();
                Ok(response)
            }
            Reply::Busy(retry_after) => {
                let mut response = respond(false, 0, Bytes::new());
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                response.headers_mut().insert("retry-after", retry_after.parse().unwrap());
                Ok(response)
            }
            Reply::Say(media_type, body) => {
                let mut response = respond(false, 0, Bytes::from_static(body.as_bytes()));
                response.headers_mut().insert("content-type", media_type.parse().unwrap());
                Ok(response)
            }
            Reply::Close => Err("told to close"),
            Reply::Stall => std::future::pending().await,
        }
    }
}

fn plain(headers: &HeaderMap, body: Bytes, grpc: bool) -> Bytes {
    let (body, encoding) = if grpc {
        assert_eq!(body[0], u8::from(headers.contains_key("grpc-encoding")));
        (body.slice(5..), "grpc-encoding")
    } else {
        (body, "content-encoding")
    };
    if headers.get(encoding).is_none() {
        return body;
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain).unwrap();
    plain.into()
}

/// An `ExportLogsServiceResponse` that rejects so many records.
fn partial(count: i64) -> Bytes {
    use opentelemetry_proto::tonic::collector::logs::v1::{
        ExportLogsPartialSuccess, ExportLogsServiceResponse,
    };
    use prost::Message as _;
    let partial =
        ExportLogsPartialSuccess { rejected_log_records: count, error_message: "too old".to_owned() };
    ExportLogsServiceResponse { partial_success: Some(partial) }.encode_to_vec().into()
}

fn respond(grpc: bool, code: u32, message: Bytes) -> Response<UnsyncBoxBody<Bytes, Infallible>> {
    let mut frames = Vec::new();
    let mut response = Response::builder();
    if grpc {
        response = response.header("content-type", "application/grpc");
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        let framed = [&[0], &length[..], &message[..]].concat();
        frames.push(Ok(Frame::data(Bytes::from(framed))));
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", code.to_string().parse().unwrap());
        frames.push(Ok(Frame::trailers(trailers)));
    } else {
        response = response.header("content-type", "application/x-protobuf");
        frames.push(Ok(Frame::data(message)));
    }
    let body = StreamBody::new(futures_util::stream::iter(frames));
    response.body(UnsyncBoxBody::new(body)).unwrap()
}

/// Waits until something holds.
pub(crate) fn wait_until(holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "waited in vain");
        std::thread::yield_now();
    }
}
