//! `POST /responses`, streamed.

use codex_client::{RequestBody, TransportError};
use codex_observe::Endpoint;
use codex_protocol::{Response, ResponsesApiRequest};
use http::Method;

use crate::{
    client::ApiClient,
    error::{ApiError, ApiErrorKind},
    frames::Frames,
    operation::Operation,
    options::ResponsesOptions,
    provider::Provider,
    stream::ResponseStream,
};

/// Streams responses over HTTP and server-sent events.
///
/// Cloning is cheap and shares the connections.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use codex_api::{ApiClient, ResponsesApiRequest};
///
/// let responses = ApiClient::from_env()?.responses();
/// let request = ResponsesApiRequest::new("gpt-5.4").input("Say hello");
/// let response = responses.stream(&request).await?.collect().await?;
/// println!("{}", response.output_text());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ResponsesClient {
    api: ApiClient,
}

impl ResponsesClient {
    /// The endpoint of `api`.
    pub fn new(api: ApiClient) -> Self {
        Self { api }
    }

    /// The client that this endpoint belongs to.
    pub fn api(&self) -> &ApiClient {
        &self.api
    }

    /// The provider that is asked.
    pub fn provider(&self) -> &Provider {
        self.api.provider()
    }

    /// Sends `request` with default options. See [`stream_request`](Self::stream_request).
    ///
    /// # Errors
    /// As `stream_request`.
    pub async fn stream(&self, request: &ResponsesApiRequest) -> Result<ResponseStream, ApiError> {
        self.stream_request(request, &ResponsesOptions::default()).await
    }

    /// Sends `request` and returns its stream once the first event is there. Attempts that fail before that are
    /// repeated as the provider's retry policy says; after it nothing is replayed.
    ///
    /// # Errors
    /// When the request breaks a documented limit (nothing is sent), when the service refuses it, and when the policy's
    /// retries or the total time are used up.
    pub async fn stream_request(
        &self,
        request: &ResponsesApiRequest,
        options: &ResponsesOptions,
    ) -> Result<ResponseStream, ApiError> {
        let operation =
            self.operation(request, options).map_err(|kind| ApiError::local(Endpoint::RESPONSES, kind))?;
        let answered = self.api.pipeline().open_stream(operation).await?;
        if let Some(turn) = &options.turn_state {
            turn.learn(&answered.head);
        }
        Ok(ResponseStream::new(Frames::of_body(answered.body), answered.head, answered.call, answered.watch))
    }

    /// Sends `request` and waits for the whole response.
    ///
    /// # Errors
    /// As [`stream_request`](Self::stream_request), and what ends the stream with an error.
    pub async fn create(&self, request: &ResponsesApiRequest) -> Result<Response, ApiError> {
        self.stream(request).await?.collect().await
    }

    fn operation(
        &self,
        request: &ResponsesApiRequest,
        options: &ResponsesOptions,
    ) -> Result<Operation, ApiErrorKind> {
        request.validate()?;
        let pipeline = self.api.pipeline();
        let mut operation = pipeline.operation(Endpoint::RESPONSES, Method::POST, options.headers()?);
        operation.take_course_of(options);
        operation.model.clone_from(&request.model);
        let mut body = request.clone();
        body.stream = Some(true);
        if pipeline.provider.is_azure() {
            // Azure keeps no state between requests unless it stores them (wire.md 16).
            body.store.get_or_insert(true);
        }
        operation.body = Some(RequestBody::json(&body).map_err(TransportError::from)?);
        let compression = options.compression.as_ref().unwrap_or(&pipeline.provider.compression);
        operation.compressed(compression, &pipeline.refused_compression)
    }
}
