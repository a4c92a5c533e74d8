//! `/responses/{id}`: responses that outlive a connection.

use codex_observe::Endpoint;
use codex_protocol::{DeletedResponse, InputItemList, InputItemsQuery, Response, RetrieveQuery};
use http::{HeaderMap, Method};

use crate::{
    client::ApiClient, error::ApiError, frames::Frames, operation::Operation, provider::ProviderError,
    resuming_stream::ResumingStream, stream::ResponseStream,
};

/// Retrieves, resumes, cancels and deletes responses that the service has stored.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let stored = codex_api::ApiClient::from_env()?.stored_responses();
/// let mut stream = stored.resume("resp_123", Some(41));
/// while let Some(event) = stream.next().await {
///     println!("{}", event?.kind());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct StoredResponsesClient {
    api: ApiClient,
}

impl StoredResponsesClient {
    /// The endpoint of `api`.
    pub fn new(api: ApiClient) -> Self {
        Self { api }
    }

    /// The response as it stands now; one in the background may still be running.
    ///
    /// # Errors
    /// When there is none with this id, or the service refuses or cannot be reached.
    pub async fn retrieve(&self, id: &str) -> Result<Response, ApiError> {
        self.api.pipeline().fetch_json(self.of_response(id, Method::GET)?).await
    }

    /// The items that the response was asked with, a page of them.
    ///
    /// # Errors
    /// As [`retrieve`](Self::retrieve).
    pub async fn input_items(&self, id: &str, query: &InputItemsQuery) -> Result<InputItemList, ApiError> {
        let mut operation = self.of_response(id, Method::GET)?;
        push_segment(&mut operation, "input_items");
        operation.url.query_pairs_mut().extend_pairs(query.pairs());
        self.api.pipeline().fetch_json(operation).await
    }

    /// Stops a response in the background, and returns it as it stands then.
    ///
    /// # Errors
    /// As [`retrieve`](Self::retrieve), and when it does not run in the background.
    pub async fn cancel(&self, id: &str) -> Result<Response, ApiError> {
        let mut operation = self.of_response(id, Method::POST)?;
        operation.endpoint = Endpoint::CANCEL_RESPONSE;
        push_segment(&mut operation, "cancel");
        self.api.pipeline().fetch_json(operation).await
    }

    /// Deletes a response. `Ok` whether or not the service says more than that it is done.
    ///
    /// # Errors
    /// As [`retrieve`](Self::retrieve).
    pub async fn delete(&self, id: &str) -> Result<DeletedResponse, ApiError> {
        let answered = self.api.pipeline().fetch(self.of_response(id, Method::DELETE)?).await?;
        // Some servers answer 204 or an empty body: deleted is deleted.
        Ok(serde_json::from_slice(&answered.body).unwrap_or_else(|_| {
            let mut deleted = DeletedResponse::default();
            id.clone_into(&mut deleted.id);
            deleted.deleted = true;
            deleted
        }))
    }

    /// The events after number `starting_after`, or all of them, up to the end: whenever the connection breaks, it is
    /// resumed after the last event that came, so that none is lost and none comes twice.
    pub fn resume(&self, id: impl Into<String>, starting_after: Option<u64>) -> ResumingStream {
        ResumingStream::of_response(self.clone(), id.into(), starting_after)
    }

    /// As [`resume`](Self::resume), on one connection.
    ///
    /// # Errors
    /// As [`retrieve`](Self::retrieve).
    pub async fn stream(&self, id: &str, query: &RetrieveQuery) -> Result<ResponseStream, ApiError> {
        let mut operation = self.of_response(id, Method::GET)?;
        operation.url.query_pairs_mut().extend_pairs(query.pairs());
        let answered = self.api.pipeline().open_stream(operation).await?;
        Ok(ResponseStream::new(Frames::of_body(answered.body), answered.head, answered.call, answered.watch))
    }

    /// How often a broken stream is taken up again.
    pub(crate) fn retry_policy(&self) -> &codex_client::RetryPolicy {
        &self.api.pipeline().provider.retry
    }

    fn of_response(&self, id: &str, method: Method) -> Result<Operation, ApiError> {
        if matches!(id.trim(), "" | "." | "..") {
            // As a segment of a path it would lead elsewhere.
            let problem = ProviderError::NoId { value: id.to_owned() };
            return Err(ApiError::local(Endpoint::STORED_RESPONSE, problem));
        }
        let pipeline = self.api.pipeline();
        let mut operation = pipeline.operation(Endpoint::STORED_RESPONSE, method, HeaderMap::new());
        operation.url = pipeline.provider.url(Endpoint::RESPONSES.0);
        push_segment(&mut operation, id);
        Ok(operation)
    }
}

/// Appends to the path, escaped: an id can neither leave its place nor add parameters.
fn push_segment(operation: &mut Operation, segment: &str) {
    if let Ok(mut path) = operation.url.path_segments_mut() {
        path.push(segment);
    }
}
