//! Error codes of the service and what to do about them.

open_enum! {
    /// What went wrong, in one word. The same codes come in HTTP bodies (`error.code`, some in
    /// `error.type`), in `response.failed`, in `error` events, in headers of a 401 and from the token
    /// endpoint.
    pub enum ErrorCode {
        RateLimitExceeded = "rate_limit_exceeded",
        SlowDown = "slow_down",
        ServerIsOverloaded = "server_is_overloaded",
        ServerError = "server_error",
        VectorStoreTimeout = "vector_store_timeout",
        InsufficientQuota = "insufficient_quota",
        CreditBalanceExhausted = "credit_balance_exhausted",
        OrganizationSpendLimitExceeded = "organization_spend_limit_exceeded",
        ProjectSpendLimitExceeded = "project_spend_limit_exceeded",
        OrganizationUsageLimitExceeded = "organization_usage_limit_exceeded",
        UsageLimitReached = "usage_limit_reached",
        UsageNotIncluded = "usage_not_included",
        ContextLengthExceeded = "context_length_exceeded",
        InvalidPrompt = "invalid_prompt",
        InvalidValue = "invalid_value",
        ModelNotFound = "model_not_found",
        CyberPolicy = "cyber_policy",
        BioPolicy = "bio_policy",
        MisalignmentPolicyViolation = "misalignment_policy_violation",
        DataResidencyMismatch = "data_residency_mismatch",
        TokenExpired = "token_expired",
        InvalidApiKey = "invalid_api_key",
        MissingAuthorizationHeader = "missing_authorization_header",
        RefreshTokenExpired = "refresh_token_expired",
        RefreshTokenReused = "refresh_token_reused",
        RefreshTokenInvalidated = "refresh_token_invalidated",
        PreviousResponseNotFound = "previous_response_not_found",
        WebsocketConnectionLimitReached = "websocket_connection_limit_reached",
        WebsocketStreamLimitReached = "websocket_stream_limit_reached",
        InvalidStreamId = "invalid_stream_id",
        InvalidImage = "invalid_image",
        InvalidImageFormat = "invalid_image_format",
        InvalidBase64Image = "invalid_base64_image",
        InvalidImageUrl = "invalid_image_url",
        ImageTooLarge = "image_too_large",
        ImageTooSmall = "image_too_small",
        ImageParseError = "image_parse_error",
        ImageContentPolicyViolation = "image_content_policy_violation",
        InvalidImageMode = "invalid_image_mode",
        ImageFileTooLarge = "image_file_too_large",
        UnsupportedImageMediaType = "unsupported_image_media_type",
        EmptyImageFile = "empty_image_file",
        FailedToDownloadImage = "failed_to_download_image",
        ImageFileNotFound = "image_file_not_found",
        ResponseNotFound = "response_not_found",
        InvalidInput = "invalid_input",
        SteeringNotSupported = "steering_not_supported",
        TooManyPendingSteers = "too_many_pending_steers",
        ResponseAlreadyCompleted = "response_already_completed",
        ResponseNotActive = "response_not_active",
        SuccessorCreationFailed = "successor_creation_failed",
    }
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Try again, with backoff.
    Retry,
    /// Try again after the delay the server names (header, else [`retry_hint`](crate::retry_hint) of the
    /// message), else with backoff.
    RetryAfterDelay,
    /// As `RetryAfterDelay`, but only while no output has come.
    RetryBeforeOutput,
    /// The same request fails again.
    Never,
    /// Only after the time the error names (`resets_at`).
    UntilReset,
    /// Compact the conversation first.
    CompactFirst,
    /// Renew the access token, then try once.
    Credentials,
    /// Log in again.
    LogIn,
    /// Send the whole input without `previous_response_id`.
    FullInput,
    /// Open a new WebSocket.
    NewConnection,
    /// Use a lane that is there, or open a new WebSocket.
    ReuseLane,
    /// The code is not known: judge by the HTTP status.
    Unknown,
}

impl ErrorCode {
    /// What to do about it.
    ///
    /// ```
    /// use codex_protocol::{ErrorCode, RetryClass};
    ///
    /// assert_eq!(ErrorCode::from("insufficient_quota").class(), RetryClass::Never);
    /// assert_eq!(ErrorCode::from("brand_new").class(), RetryClass::Unknown);
    /// ```
    pub fn class(&self) -> RetryClass {
        match self {
            Self::ServerError | Self::VectorStoreTimeout => RetryClass::Retry,
            Self::RateLimitExceeded | Self::SlowDown => RetryClass::RetryAfterDelay,
            Self::ServerIsOverloaded => RetryClass::RetryBeforeOutput,
            Self::UsageLimitReached => RetryClass::UntilReset,
            Self::ContextLengthExceeded => RetryClass::CompactFirst,
            Self::TokenExpired | Self::InvalidApiKey | Self::MissingAuthorizationHeader => {
                RetryClass::Credentials
            }
            Self::RefreshTokenExpired | Self::RefreshTokenReused | Self::RefreshTokenInvalidated => {
                RetryClass::LogIn
            }
            Self::PreviousResponseNotFound => RetryClass::FullInput,
            Self::WebsocketConnectionLimitReached => RetryClass::NewConnection,
            Self::WebsocketStreamLimitReached => RetryClass::ReuseLane,
            Self::Other(_) => RetryClass::Unknown,
            _ => RetryClass::Never,
        }
    }

    /// Whether this version knows the code.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}
