//! Whether, and how, a request was authorized.

/// Which kind of login a request uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthMode {
    /// A key of the platform, or of another provider.
    ApiKey,
    /// A ChatGPT login.
    Chatgpt,
}

impl AuthMode {
    /// The value in tags and telemetry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "ApiKey",
            Self::Chatgpt => "Chatgpt",
        }
    }
}

/// What authorization really went out with a request: the answer to "did the client attach auth?".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AuthAttachment {
    /// The kind of login; `None` when there is none.
    pub mode: Option<AuthMode>,
    /// Name of the header that carries the credentials; `None` when nothing is attached. Never its value.
    pub header_name: Option<&'static str>,
}

impl AuthAttachment {
    /// Credentials of `mode` were attached in the header `header_name`.
    pub fn attached(mode: AuthMode, header_name: &'static str) -> Self {
        Self { mode: Some(mode), header_name: Some(header_name) }
    }

    /// Nothing was attached.
    pub fn none(mode: Option<AuthMode>) -> Self {
        Self { mode, header_name: None }
    }
}
