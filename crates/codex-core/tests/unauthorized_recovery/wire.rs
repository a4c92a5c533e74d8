//! A witness on the wire: what the simulator's answers carried, noted apart from the code that is tested.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use codex_api::{
    BoxFuture, ClientConfig, HttpTransport, ReqwestTransport, TransportError, WebSocketTransport,
};
use codex_client::{HttpResponse, Request, ReqwestWebSocketTransport, WebSocketConnection, WebSocketOptions};
use http::HeaderMap;

/// Passes everything on, and notes the ids of every answer, in order. Clones share the notes.
#[derive(Clone, Default)]
pub struct Wire(Arc<Mutex<Vec<Ids>>>);

struct Ids {
    request_id: String,
    cf_ray: String,
}

impl Wire {
    /// The text with the ids of answer number N, counted from 1, called `req-N` and `ray-N`.
    pub fn name_ids(&self, text: &str) -> String {
        let mut named = text.to_owned();
        for (index, ids) in self.0.lock().unwrap().iter().enumerate() {
            named = named.replace(&ids.request_id, &format!("req-{}", index + 1));
            named = named.replace(&ids.cf_ray, &format!("ray-{}", index + 1));
        }
        named
    }

    fn note(&self, headers: &HeaderMap) {
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        self.0.lock().unwrap().push(Ids { request_id: text("x-request-id"), cf_ray: text("cf-ray") });
    }
}

impl HttpTransport for Wire {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let inner = ReqwestTransport::shared(&ClientConfig::default()).unwrap();
        Box::pin(async move {
            let response = inner.send(request).await?;
            self.note(&response.head.headers);
            Ok(response)
        })
    }
}

impl WebSocketTransport for Wire {
    fn connect(
        &self,
        request: Request,
        options: WebSocketOptions,
    ) -> BoxFuture<'_, Result<WebSocketConnection, TransportError>> {
        let inner = ReqwestWebSocketTransport::shared(&ClientConfig::default()).unwrap();
        Box::pin(async move {
            let answer = inner.connect(request, options).await;
            match &answer {
                Ok(connection) => self.note(&connection.head().headers),
                Err(TransportError::Status(refusal)) => self.note(&refusal.head.headers),
                Err(_) => {}
            }
            answer
        })
    }
}

/// The way to a token authority, for a test that cannot wait as long as the client would.
pub struct Impatient;

impl Impatient {
    const PATIENCE: Duration = Duration::from_millis(100);
}

impl HttpTransport for Impatient {
    fn send(&self, mut request: Request) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let inner = ReqwestTransport::shared(&ClientConfig::default()).unwrap();
        request.timeouts.head = Some(Self::PATIENCE);
        Box::pin(async move { inner.send(request).await })
    }
}
