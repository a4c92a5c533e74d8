//! `POST /memories/trace_summarize` (wire.md 8).

use codex_observe::Endpoint;
use codex_protocol::{MemorySummarizeInput, MemorySummarizeOutput, MemorySummarizeResponse};
use http::{HeaderMap, Method};

use crate::{client::ApiClient, error::ApiError};

/// Turns traces of past sessions into memories.
#[derive(Clone, Debug)]
pub struct MemoriesClient {
    api: ApiClient,
}

impl MemoriesClient {
    /// The endpoint of `api`.
    pub fn new(api: ApiClient) -> Self {
        Self { api }
    }

    /// One summary for each trace, in their order. No trace is no summary, and nothing is sent.
    ///
    /// # Errors
    /// When the service refuses, cannot be reached, or answers something else.
    pub async fn summarize_input(
        &self,
        input: &MemorySummarizeInput,
        extra_headers: HeaderMap,
    ) -> Result<Vec<MemorySummarizeOutput>, ApiError> {
        if input.raw_memories.is_empty() {
            return Ok(Vec::new());
        }
        let pipeline = self.api.pipeline();
        let mut operation = pipeline.operation(Endpoint::MEMORIES, Method::POST, extra_headers);
        operation.model = Some(input.model.clone());
        let answer: MemorySummarizeResponse = pipeline.fetch_json(operation.json(input)?).await?;
        Ok(answer.output)
    }
}
