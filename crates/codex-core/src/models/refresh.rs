//! How a list is made newer, and what came of it.

use std::time::Duration;

use codex_api::{ApiError, ApiErrorKind};
use thiserror::Error;

/// Where a newer list may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshStrategy {
    /// The service, always.
    Online,
    /// The cache file only, however old it is: an old list is better than none.
    Offline,
    /// The cache file when it is fresh, else the service.
    OnlineIfUncached,
}

/// What a refresh did to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refreshed {
    /// The service sent a list.
    Fetched,
    /// The service said that the known list is still the one.
    Confirmed,
    /// The list is that of the cache; nothing was asked.
    Cached,
    /// The list stays as it was, because there was nothing to ask: the catalogue is the caller's own, the login is not one
    /// for which the service has a catalogue, or there is no cache.
    Kept,
}

/// Why the list could not be made newer. It stays as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The service refused, could not be reached, or answered something else.
    #[error("the model catalogue could not be fetched")]
    Api(#[from] ApiError),
    /// The time was up.
    #[error("the model catalogue did not come within {} s", limit.as_secs())]
    TimedOut {
        /// How long a refresh may take.
        limit: Duration,
    },
    /// The answer is the list of models of the public API, which does not say what they can do.
    #[error("the server answered a plain list of models, not a catalogue; check the base URL")]
    NotACatalogue,
}

impl CatalogueError {
    /// Tells the log. What the service said in words stays out: logs travel in bug reports.
    pub(super) fn log(&self) {
        let Self::Api(error) = self else {
            tracing::warn!(error = %self, "the model list stays as it is");
            return;
        };
        let (status, request_id) = (error.status(), error.request_id());
        match error.kind() {
            ApiErrorKind::Transport(_)
            | ApiErrorKind::Settings(_)
            | ApiErrorKind::Auth(_)
            | ApiErrorKind::Decode(_) => {
                tracing::warn!(status, request_id, %error, "the model list stays as it is");
            }
            _ => tracing::warn!(
                status,
                request_id,
                "the service refused the model catalogue; the list stays as it is"
            ),
        }
    }
}
