//! Everything that can go wrong above the typed endpoints.

use codex_api::{ApiError, RecoveryStep};
use thiserror::Error;

use crate::auth::{AuthError, LoginError, RefreshError, StoreError};

/// An error of a session: [`ApiError`], and what is above it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CodexErr {
    /// A request failed.
    #[error(transparent)]
    Api(ApiError),
    /// The service refused the credentials, and recovery did not help.
    #[error("the service refused the credentials, and recovery did not help")]
    Unauthorized {
        /// The last step of recovery.
        step: RecoveryStep,
        /// The request's error.
        source: ApiError,
    },
    /// There can be no login to work with.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// A login did not come about.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The login could not be read or stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Tokens were not renewed.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The caller gave up.
    #[error("cancelled")]
    Cancelled,
}

impl From<ApiError> for CodexErr {
    fn from(error: ApiError) -> Self {
        match error.context().recovery {
            Some(step) if error.is_unauthorized() => Self::Unauthorized { step, source: error },
            _ => Self::Api(error),
        }
    }
}
