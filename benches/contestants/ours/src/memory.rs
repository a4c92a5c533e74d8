//! A transport that answers from memory.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use codex_client::{HttpResponse, HttpTransport, Request, ResponseBody, ResponseHead, TransportError};
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};

/// Answers requests from prepared chunks, without sockets.
pub struct Memory(Mutex<Vec<Vec<Bytes>>>);

impl Memory {
    /// One answer for each request, the last one first; a request too many gets an empty body.
    pub fn new(answers: Vec<Vec<Bytes>>) -> Self {
        Self(Mutex::new(answers))
    }
}

impl HttpTransport for Memory {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let chunks = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let head = ResponseHead::new(StatusCode::OK, HeaderMap::new(), request.url);
        Box::pin(async { Ok(HttpResponse { head, body: ResponseBody::from_chunks(chunks) }) })
    }
}
