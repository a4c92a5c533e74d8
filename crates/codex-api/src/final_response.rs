//! From a stream to the response it was.

use codex_observe::SafeText;
use codex_protocol::{Response, ResponseEvent, ResponseItem, ResponseStatus};
use serde::de::DeserializeOwned;

use crate::{
    error::{ApiError, ApiErrorKind},
    stream::ResponseStream,
    structured,
};

impl ResponseStream {
    /// Reads to the end and returns the response, complete or incomplete (see its `status`).
    ///
    /// Where the service leaves `output` empty in its last event, the items that it had finished stand there, and where
    /// it finished none, a message of the text that came.
    ///
    /// # Errors
    /// What the service reported inside the stream, or why the stream broke; the error keeps the finished items. Also when
    /// the output has to be put together from the events and one of them did not decode.
    pub async fn collect(mut self) -> Result<Response, ApiError> {
        self.read_to_end().await
    }

    async fn read_to_end(&mut self) -> Result<Response, ApiError> {
        let mut items = Vec::new();
        let mut text = String::new();
        let mut unreadable = None;
        let mut last = None;
        while let Some(event) = self.next().await {
            match event? {
                ResponseEvent::OutputTextDelta(delta) => text.push_str(&delta.delta),
                ResponseEvent::OutputItemDone(done) => items.push(*done.item),
                ResponseEvent::Undecodable { kind, problem, .. } => {
                    unreadable = unreadable.or(Some((kind, problem)));
                }
                ResponseEvent::Completed { response, .. } => last = Some(*response),
                ResponseEvent::Incomplete(incomplete) => {
                    let mut response = *incomplete.response;
                    response.status.get_or_insert(ResponseStatus::Incomplete);
                    last = Some(response);
                }
                _ => {}
            }
        }
        let mut response = last.unwrap_or_default();
        if response.output.is_empty() {
            if let Some((kind, problem)) = unreadable {
                // What is put together from the events of a stream must not silently lack one of them.
                return Err(self.reject(&kind, &problem));
            }
            if items.is_empty() && !text.is_empty() {
                items.push(ResponseItem::assistant(text));
            }
            response.output = items;
        }
        Ok(response)
    }

    /// Reads to the end and returns the text alone.
    ///
    /// # Errors
    /// As [`collect`](Self::collect), and when the response is incomplete.
    pub async fn text(mut self) -> Result<String, ApiError> {
        let response = self.read_to_end().await?;
        require_complete(&response).map_err(|kind| ApiError::new(kind, self.context()))?;
        Ok(response.output_text())
    }

    /// Reads to the end and decodes the text as the `T` that
    /// [`json_schema`](codex_protocol::ResponsesApiRequest::json_schema) asked for.
    ///
    /// # Errors
    /// As [`text`](Self::text), and when the model refused or its text is not a `T`.
    pub async fn parse<T: DeserializeOwned>(mut self) -> Result<T, ApiError> {
        let response = self.read_to_end().await?;
        require_complete(&response)
            .and_then(|()| Ok(structured::decode(&response)?))
            .map_err(|kind| ApiError::new(kind, self.context()))
    }
}

fn require_complete(response: &Response) -> Result<(), ApiErrorKind> {
    if response.status != Some(ResponseStatus::Incomplete) {
        return Ok(());
    }
    let reason = response.incomplete_reason().map_or("no reason given", |reason| reason.as_str());
    Err(ApiErrorKind::Incomplete { reason: SafeText::new(reason) })
}
