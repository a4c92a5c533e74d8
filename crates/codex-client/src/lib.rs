#![doc = include_str!("../README.md")]

mod body;
mod ca;
mod classify;
mod compression;
mod config;
mod connect_limit;
mod error;
mod event_stream;
#[cfg(feature = "fake")]
pub mod fake;
mod idle_clock;
mod proxy;
mod redact;
mod request;
mod reqwest_transport;
mod response;
mod response_body;
mod retry;
mod sse;
mod status_error;
mod tap;
mod timeouts;
mod tls;
mod transport;
mod websocket;

pub use body::{CompressionLevel, EncodeError, RequestBody};
pub use ca::{CaError, CaFile, CaSource, PemError};
pub use compression::{Compression, CompressionMemory, CompressionMode};
pub use config::{ClientConfig, HttpVersions, ProxySource};
pub use error::{
    Bounded, BoxError, ClosedReason, ClosedStage, ConnectReason, ProxyReason, TlsReason, TransportError,
    UrlError,
};
pub use event_stream::{SseStream, StreamProgress};
pub use proxy::{NoProxy, NoProxyError, Proxy, ProxyAddress, ProxyConfig, ProxyError, ProxyScheme};
pub use request::Request;
pub use reqwest_transport::ReqwestTransport;
pub use response::{ConnectionUse, HttpResponse, ResponseHead};
pub use response_body::{CollectedBody, ResponseBody};
pub use retry::{Backoff, Failure, NoRetry, RetryDecision, RetryPolicy, RetryPolicyError, server_delay};
pub use sse::{SseDecoder, SseError, SseFrame, SseLimit, SseLimits, SseText};
pub use status_error::StatusError;
pub use tap::{BodyTap, WebSocketTap, WebSocketTraffic};
pub use timeouts::{TimeoutPhase, Timeouts};
pub use tls::tls_config;
pub use transport::{BoxFuture, HttpTransport};
pub use websocket::{
    CloseAdvice, CloseCode, CloseFrame, DeflateOffer, DeflateParams, HandshakeFault, KeepAlive,
    PeerMisbehaved, ReqwestWebSocketTransport, WebSocketConnection, WebSocketDecoder, WebSocketEncoder,
    WebSocketError, WebSocketIncoming, WebSocketLimit, WebSocketLimits, WebSocketMessage, WebSocketOptions,
    WebSocketReader, WebSocketRole, WebSocketTransport, WebSocketWriter, WindowBits,
};
