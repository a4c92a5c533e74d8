//! Step 4 of the pipeline: one request, one answer, over HTTP or as a WebSocket handshake.

use std::{future::Future, sync::Arc};

use codex_client::{
    HttpTransport, Request, ResponseHead, StatusError, TransportError, WebSocketConnection, WebSocketOptions,
    WebSocketTransport,
};
use codex_observe::{ApiRequest, Carrier, Event, Outcome, RequestContext, TraceContext, WebsocketConnect};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::answer::{self, AnswerReader, Failed};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Sends a prepared request and reads as much of its answer as makes it a success.
pub(crate) trait Exchange: Sync {
    type Body: Send;
    fn run(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<(ResponseHead, Self::Body), Failed>> + Send;
    /// The fact to record about an attempt.
    fn fact(&self, context: RequestContext, outcome: Outcome) -> Event;
    fn carrier(&self) -> Carrier;
    /// Whether the answer goes on after its head.
    fn streams(&self) -> bool;
    /// Puts the caller's trace into the headers, where the service reads it there.
    fn join_trace(&self, headers: &mut HeaderMap, trace: &TraceContext);
}

/// An HTTP request.
pub(crate) struct HttpExchange<'a, R> {
    pub(crate) transport: &'a dyn HttpTransport,
    pub(crate) reader: R,
}

impl<R: AnswerReader> Exchange for HttpExchange<'_, R> {
    type Body = R::Body;

    async fn run(&self, request: Request) -> Result<(ResponseHead, R::Body), Failed> {
        let response = self.transport.send(request).await?;
        if response.head.status.is_success() {
            self.reader.read(response).await
        } else {
            Err(answer::refused(StatusError::read(response).await))
        }
    }

    fn fact(&self, context: RequestContext, outcome: Outcome) -> Event {
        Event::ApiRequest(ApiRequest::new(context, outcome))
    }

    fn carrier(&self) -> Carrier {
        Carrier::Http
    }

    fn streams(&self) -> bool {
        self.reader.streams()
    }

    fn join_trace(&self, headers: &mut HeaderMap, trace: &TraceContext) {
        let entries = [(TRACEPARENT, Some(&trace.traceparent)), (TRACESTATE, trace.tracestate.as_ref())];
        for (name, value) in entries {
            // What the caller sets by hand wins.
            if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
                headers.entry(name).or_insert(value);
            }
        }
    }
}

/// A WebSocket handshake. A refusal has the same evidence as an HTTP answer.
pub(crate) struct Handshake {
    pub(crate) transport: Arc<dyn WebSocketTransport>,
    pub(crate) options: WebSocketOptions,
}

impl Exchange for Handshake {
    type Body = WebSocketConnection;

    async fn run(&self, request: Request) -> Result<(ResponseHead, WebSocketConnection), Failed> {
        match self.transport.connect(request, self.options.clone()).await {
            Ok(connection) => Ok((connection.head().clone(), connection)),
            Err(TransportError::Status(refusal)) => Err(answer::refused(*refusal)),
            Err(error) => Err(error.into()),
        }
    }

    fn fact(&self, mut context: RequestContext, outcome: Outcome) -> Event {
        context.connection_reused = Some(false);
        Event::WebsocketConnect(WebsocketConnect::new(context, outcome))
    }

    fn carrier(&self) -> Carrier {
        Carrier::Websocket
    }

    fn streams(&self) -> bool {
        false
    }

    /// A connection serves many traces: each request on it names its own (wire.md 14).
    fn join_trace(&self, _headers: &mut HeaderMap, _trace: &TraceContext) {}
}
