//! Where a turn's events come from: one request over HTTP, or one on the session's WebSocket.

use std::{collections::BTreeMap, fmt};

use codex_api::{
    ApiError, Continuation, ResponseEvent, ResponseItem, ResponseStream, ResponsesApiRequest,
    ResponsesOptions, ResponsesWebsocketConnection, WebsocketRequestOptions, extension,
};

use crate::model_client::{Kept, LastResponse, ModelClient};

/// A stream, and the WebSocket below it where there is one.
pub(crate) struct AnswerSource {
    pub(crate) stream: ResponseStream,
    websocket: Option<Websocket>,
}

/// A request, and how it is to be sent.
pub(crate) struct Asked<'a> {
    pub(crate) request: &'a ResponsesApiRequest,
    pub(crate) options: &'a ResponsesOptions,
    /// What a frame of a WebSocket carries in place of headers.
    pub(crate) frame_metadata: &'a BTreeMap<String, String>,
    /// Whether the service has lost what came before.
    pub(crate) full_input: bool,
}

/// A connection in use, and what it will be worth to the next turn.
struct Websocket {
    connection: ResponsesWebsocketConnection,
    output: Vec<ResponseItem>,
    completed: Option<String>,
    /// Whether only what was new went out.
    continued: bool,
}

impl AnswerSource {
    /// Sends `request`. Over a WebSocket, only what is new since the last response, unless `full_input` is wanted.
    pub(crate) async fn open(session: &ModelClient, asked: Asked<'_>) -> Result<Self, ApiError> {
        let Asked { request, options, frame_metadata, full_input } = asked;
        if !session.takes_websocket() {
            let stream = session.api().responses().stream_request(request, options).await?;
            return Ok(Self { stream, websocket: None });
        }
        let Kept { connection, last } = session.connection(request, options).await?;
        let last = last.filter(|_| !full_input);
        let new_items =
            last.as_ref().and_then(|last| Some((last, extension(&last.request, &last.output, request)?)));
        let mut sending = WebsocketRequestOptions::default();
        sending.timeouts.clone_from(&options.timeouts);
        sending.counted_from = options.counted_from;
        sending.recovery.clone_from(&options.recovery);
        sending.continuation =
            new_items.map(|(last, input)| Continuation { previous_response_id: &last.response_id, input });
        sending.client_metadata = Some(frame_metadata).filter(|metadata| !metadata.is_empty());
        let continued = sending.continuation.is_some();
        let stream = connection.stream_request(request, &sending).await?;
        let websocket = Websocket { connection, output: Vec::new(), completed: None, continued };
        Ok(Self { stream, websocket: Some(websocket) })
    }

    /// Whether the service was told only what is new, and so may miss the rest.
    pub(crate) fn is_continued(&self) -> bool {
        self.websocket.as_ref().is_some_and(|websocket| websocket.continued)
    }

    /// Keeps account of what the service will remember.
    pub(crate) fn note(&mut self, event: &ResponseEvent) {
        let Some(websocket) = &mut self.websocket else { return };
        match event {
            ResponseEvent::OutputItemDone(done) => websocket.output.push((*done.item).clone()),
            ResponseEvent::Completed { response_id, .. } => websocket.completed = Some(response_id.clone()),
            _ => {}
        }
    }

    /// After the end: gives the connection back to the session.
    pub(crate) fn finish(self, session: &ModelClient, request: &ResponsesApiRequest) -> Box<ResponseStream> {
        if let Some(Websocket { connection, output, completed, .. }) = self.websocket {
            let last = completed.filter(|id| !id.is_empty()).map(|response_id| LastResponse {
                request: request.clone(),
                response_id,
                output,
            });
            session.keep(Kept { connection, last });
        }
        Box::new(self.stream)
    }

    /// After a break: the connection is given up with the stream.
    pub(crate) fn into_stream(self) -> Box<ResponseStream> {
        Box::new(self.stream)
    }
}

impl fmt::Debug for AnswerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerSource")
            .field("stream", &self.stream)
            .field("websocket", &self.websocket.is_some())
            .finish()
    }
}
