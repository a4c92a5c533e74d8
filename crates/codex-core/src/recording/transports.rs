//! Transports that tell a recording what they carry.

use std::sync::Arc;

use codex_client::{
    BodyTap, BoxFuture, HttpResponse, HttpTransport, Request, StatusError, TransportError,
    WebSocketConnection, WebSocketOptions, WebSocketTransport,
};

use super::{entry::Carrier, open_exchange::OpenExchange, tape::Tape};

/// A transport whose exchanges are recorded.
pub(super) struct RecordedTransport<T: ?Sized> {
    pub(super) tape: Arc<Tape>,
    pub(super) inner: Arc<T>,
}

impl<T: ?Sized> RecordedTransport<T> {
    fn begin(&self, carrier: Carrier, request: &Request) -> OpenExchange {
        let number = self.tape.begin(carrier, request);
        OpenExchange::new(Arc::clone(&self.tape), number)
    }
}

impl HttpTransport for RecordedTransport<dyn HttpTransport> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let mut exchange = self.begin(Carrier::Http, &request);
            match self.inner.send(request).await {
                Ok(HttpResponse { head, body }) => {
                    exchange.head(&head);
                    Ok(HttpResponse { head, body: body.tapped(Box::new(exchange)) })
                }
                Err(error) => {
                    exchange.fail(&error);
                    Err(error)
                }
            }
        })
    }
}

impl WebSocketTransport for RecordedTransport<dyn WebSocketTransport> {
    fn connect(
        &self,
        request: Request,
        options: WebSocketOptions,
    ) -> BoxFuture<'_, Result<WebSocketConnection, TransportError>> {
        Box::pin(async move {
            let mut exchange = self.begin(Carrier::Websocket, &request);
            match self.inner.connect(request, options).await {
                Ok(connection) => {
                    exchange.head(connection.head());
                    Ok(connection.tapped(Box::new(exchange)))
                }
                Err(TransportError::Status(refusal)) => {
                    refused(&mut exchange, &refusal);
                    Err(TransportError::Status(refusal))
                }
                Err(error) => {
                    exchange.fail(&error);
                    Err(error)
                }
            }
        })
    }
}

/// An answer to a handshake that is no WebSocket: it was read already.
fn refused(exchange: &mut OpenExchange, refusal: &StatusError) {
    exchange.head(&refusal.head);
    if !refusal.body.is_empty() {
        exchange.on_chunk(&refusal.body);
    }
    // Of a body that was too long, the beginning is all that counted.
    exchange.on_end(refusal.body_error.as_deref());
}
