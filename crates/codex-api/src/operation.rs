//! Step 1 of the pipeline: one operation of an endpoint, encoded, before it is sent any number of times.

use codex_client::{Compression, CompressionMemory, RequestBody, RetryPolicy, Timeouts, TransportError};
use codex_observe::Endpoint;
use http::{HeaderMap, Method};
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

use crate::{
    error::{ApiError, ApiErrorKind},
    options::ResponsesOptions,
    recovery::RecoveryProgress,
};

/// What is to be sent, whatever becomes of the attempts.
pub(crate) struct Operation {
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Per-request headers; they win over the provider's.
    pub(crate) headers: HeaderMap,
    /// The model that is asked for.
    pub(crate) model: Option<String>,
    pub(crate) body: Option<RequestBody>,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    /// From when the total time counts; `None` is from the call.
    pub(crate) counted_from: Option<Instant>,
    /// Recovery from 401s; `None` starts anew.
    pub(crate) recovery: Option<RecoveryProgress>,
}

impl Operation {
    /// Takes the times that the caller set, and the recovery of its turn.
    pub(crate) fn take_course_of(&mut self, options: &ResponsesOptions) {
        if let Some(timeouts) = &options.timeouts {
            self.timeouts = timeouts.clone();
        }
        self.counted_from = options.counted_from;
        self.recovery.clone_from(&options.recovery);
    }

    /// Adds a body.
    pub(crate) fn json<T: Serialize>(mut self, body: &T) -> Result<Self, ApiError> {
        let encoded = RequestBody::json(body).map_err(TransportError::from);
        self.body = Some(encoded.map_err(|error| ApiError::local(self.endpoint, error))?);
        Ok(self)
    }

    /// Compresses the body where the policy wants it and the server is not known to refuse it.
    pub(crate) fn compressed(
        mut self,
        policy: &Compression,
        refused: &CompressionMemory,
    ) -> Result<Self, ApiErrorKind> {
        if let Some(body) = &self.body {
            self.body = Some(policy.apply(body, &self.url, refused).map_err(TransportError::from)?);
        }
        Ok(self)
    }
}
