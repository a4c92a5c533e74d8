//! The one thing a transport does.

use std::future::Future;
use std::pin::Pin;

use crate::error::TransportError;
use crate::request::Request;
use crate::response::HttpResponse;

/// A future in a box, as [`HttpTransport::send`] returns it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one attempt of a request.
///
/// Any status is `Ok`: what a status means is for the caller to judge. An implementation enforces
/// `connect`, `head` and `byte_idle` of [`Timeouts`](crate::Timeouts); it neither retries nor follows redirects.
///
/// Implemented by [`ReqwestTransport`](crate::ReqwestTransport), and by `fake::FakeTransport` for tests.
/// Usable as `Arc<dyn HttpTransport>`.
pub trait HttpTransport: Send + Sync + 'static {
    /// Sends the request and waits for the head of the answer. Dropping the future cancels the attempt.
    ///
    /// # Errors
    /// [`TransportError`] when there is no answer; never because of its status.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;
}

impl<T: HttpTransport + ?Sized> HttpTransport for std::sync::Arc<T> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        T::send(self, request)
    }
}
