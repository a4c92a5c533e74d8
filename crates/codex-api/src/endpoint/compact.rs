//! `POST /responses/compact` (wire.md 8).

use codex_observe::Endpoint;
use codex_protocol::{CompactedResponse, CompactionInput, ResponseItem};
use http::{HeaderMap, Method};

use crate::{
    client::ApiClient,
    error::{ApiError, DecodeError},
};

/// Shortens a conversation to what a model needs of it.
#[derive(Clone, Debug)]
pub struct CompactClient {
    api: ApiClient,
}

impl CompactClient {
    /// The endpoint of `api`.
    pub fn new(api: ApiClient) -> Self {
        Self { api }
    }

    /// The items to go on from, in place of those given: use them unpruned as the next input. An empty history is its
    /// own compaction, and nothing is sent.
    ///
    /// # Errors
    /// When the input breaks a documented limit (nothing is sent), does not itself fit the model's context, or the
    /// service refuses or cannot be reached.
    pub async fn compact_input(
        &self,
        input: &CompactionInput<'_>,
        extra_headers: HeaderMap,
    ) -> Result<Vec<ResponseItem>, ApiError> {
        if input.input.is_empty() && input.previous_response_id.is_none() {
            return Ok(Vec::new());
        }
        self.compact(input, extra_headers).await.map(|compacted| compacted.output)
    }

    /// As [`compact_input`](Self::compact_input), with the id and the tokens used.
    ///
    /// # Errors
    /// As there.
    pub async fn compact(
        &self,
        input: &CompactionInput<'_>,
        extra_headers: HeaderMap,
    ) -> Result<CompactedResponse, ApiError> {
        input.validate().map_err(|problem| ApiError::local(Endpoint::COMPACT, problem))?;
        let pipeline = self.api.pipeline();
        let mut operation = pipeline.operation(Endpoint::COMPACT, Method::POST, extra_headers);
        operation.model = Some(input.model.to_owned());
        let compacted: CompactedResponse = pipeline.fetch_json(operation.json(input)?).await?;
        if compacted.output.is_empty() {
            // Taken for a result, it would cost the caller the whole conversation.
            return Err(ApiError::local(Endpoint::COMPACT, DecodeError::EmptyCompaction));
        }
        Ok(compacted)
    }
}
