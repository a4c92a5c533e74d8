//! A transport that answers from memory.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use codex_client::{HttpResponse, HttpTransport, Request, ResponseBody, ResponseHead, TransportError};
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};

/// Answers one request with its chunks.
pub(crate) struct Memory(Mutex<Vec<Bytes>>);

impl Memory {
    pub(crate) fn new(chunks: Vec<Bytes>) -> Self {
        Self(Mutex::new(chunks))
    }
}

impl HttpTransport for Memory {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let chunks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let head = ResponseHead::new(StatusCode::OK, HeaderMap::new(), request.url);
        Box::pin(async { Ok(HttpResponse { head, body: ResponseBody::from_chunks(chunks) }) })
    }
}
