//! `auth.json`: what a login is, as it stands in a store (wire.md 15).

use std::{borrow::Cow, fmt, time::SystemTime};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, error::Category};
use thiserror::Error;

use super::tokens::{RawTokens, Tokens};

/// The longest `auth.json` that is read, in bytes: 1 MiB. A real one has a few thousand.
pub const MAX_AUTH_FILE_BYTES: u64 = 1024 * 1024;

/// A field whose value is a secret, but that this client does not use: it is enough to know the file by.
const AGENT_IDENTITY: &str = "agent_identity";

/// The content of `auth.json`. Fields that are not known here are kept, and written back.
///
/// Tokens are not looked into when it is read: one that is no JWT makes nothing unreadable. `Debug` shows no secret.
///
/// ```
/// use codex_core::{AuthFile, LoginMode};
///
/// let file = AuthFile::parse(br#"{"auth_mode": "apikey", "OPENAI_API_KEY": "sk-1", "newer": [1]}"#)?;
/// assert_eq!(file.auth_mode, Some(LoginMode::ApiKey));
/// assert!(!format!("{file:?}").contains("sk-1"));
/// # Ok::<(), codex_core::Damage>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct AuthFile {
    /// Which kind of login it is; old files do not say.
    pub auth_mode: Option<LoginMode>,
    /// An API key.
    pub openai_api_key: Option<SecretString>,
    /// The tokens of a ChatGPT login. They count only when [`last_refresh`](Self::last_refresh) is there.
    pub tokens: Option<Tokens>,
    last_refresh: Option<String>,
    rest: Map<String, Value>,
}

/// Which kind of login a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginMode {
    /// An API key.
    ApiKey,
    /// A ChatGPT login that this client keeps and renews.
    Chatgpt,
    /// ChatGPT tokens that a host application handed in; never stored.
    ChatgptAuthTokens,
    /// A kind that this version cannot use, as it stands in the file.
    Other(String),
}

impl LoginMode {
    /// The value in the file.
    pub fn as_str(&self) -> &str {
        match self {
            Self::ApiKey => "apikey",
            Self::Chatgpt => "chatgpt",
            Self::ChatgptAuthTokens => "chatgptAuthTokens",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for LoginMode {
    fn from(name: &str) -> Self {
        match name {
            "apikey" => Self::ApiKey,
            "chatgpt" => Self::Chatgpt,
            "chatgptAuthTokens" => Self::ChatgptAuthTokens,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// Why content is no `auth.json`. Nothing of the content is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Damage {
    /// Not JSON, or cut off.
    #[error("it is not whole JSON (line {line}, column {column})")]
    NotJson {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of it.
        column: usize,
    },
    /// JSON in which a known field has a value of another type.
    #[error("a field has a value of the wrong type (line {line}, column {column})")]
    WrongShape {
        /// Line of the first fault, from 1.
        line: usize,
        /// Column of it.
        column: usize,
    },
    /// JSON of something else: no field of a login is in it.
    #[error("it belongs to something else: no field of a login is in it")]
    Foreign,
    /// Too long to be one.
    #[error("it is longer than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// A folder, a pipe or a device.
    #[error("it is no ordinary file")]
    NotAFile,
}

impl AuthFile {
    /// The login with an API key.
    pub fn api_key(key: SecretString) -> Self {
        Self { auth_mode: Some(LoginMode::ApiKey), openai_api_key: Some(key), ..Self::default() }
    }

    /// A ChatGPT login whose tokens were given out at `now`.
    pub fn chatgpt(tokens: Tokens, now: SystemTime) -> Self {
        let mut file = Self { auth_mode: Some(LoginMode::Chatgpt), ..Self::default() };
        file.tokens = Some(tokens);
        file.set_last_refresh(now);
        file
    }

    /// Reads the content of an `auth.json`.
    ///
    /// # Errors
    /// [`Damage`] when it is none, or is longer than [`MAX_AUTH_FILE_BYTES`].
    pub fn parse(content: &[u8]) -> Result<Self, Damage> {
        if content.len() as u64 > MAX_AUTH_FILE_BYTES {
            return Err(Damage::TooLarge { limit: MAX_AUTH_FILE_BYTES });
        }
        // Editors of some systems put a byte order mark before the text.
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let raw: RawFile<'_> = serde_json::from_slice(content).map_err(|error| damage(&error))?;
        if raw.is_foreign() {
            return Err(Damage::Foreign);
        }
        Ok(Self {
            auth_mode: raw.auth_mode.as_deref().map(LoginMode::from),
            openai_api_key: raw.openai_api_key.map(|key| SecretString::from(key.into_owned())),
            tokens: raw.tokens.map(Tokens::from),
            last_refresh: raw.last_refresh.map(Cow::into_owned),
            rest: raw.rest.into_owned(),
        })
    }

    /// The content to store: indented JSON with a line break at its end. It holds every secret.
    pub fn to_json(&self) -> SecretString {
        let raw = RawFile {
            auth_mode: self.auth_mode.as_ref().map(|mode| Cow::Borrowed(mode.as_str())),
            openai_api_key: self.openai_api_key.as_ref().map(|key| Cow::Borrowed(key.expose_secret())),
            tokens: self.tokens.as_ref().map(RawTokens::from),
            last_refresh: self.last_refresh.as_deref().map(Cow::Borrowed),
            rest: Cow::Borrowed(&self.rest),
        };
        // Texts and parsed JSON always encode.
        let mut text = serde_json::to_string_pretty(&raw).unwrap_or_default();
        text.push('\n');
        SecretString::from(text)
    }

    /// When the tokens were given out; `None` also when the file holds something else than a time there.
    pub fn last_refresh(&self) -> Option<SystemTime> {
        let time: Timestamp = self.last_refresh.as_deref()?.parse().ok()?;
        Some(time.into())
    }

    /// Notes that the tokens were given out at `now`.
    pub fn set_last_refresh(&mut self, now: SystemTime) {
        let time = Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH);
        self.last_refresh = Some(time.to_string());
    }

    /// Takes the tokens of another file, and when they were given out. The rest stays.
    pub(super) fn take_tokens_of(&mut self, other: Self) {
        self.tokens = other.tokens;
        self.last_refresh = other.last_refresh;
    }

    /// Takes the fields of another file that are not known here.
    pub(super) fn take_rest_of(&mut self, other: Self) {
        self.rest = other.rest;
    }

    /// Whether the file says when the tokens were given out, readable or not.
    pub(super) fn has_last_refresh(&self) -> bool {
        self.last_refresh.is_some()
    }
}

impl fmt::Debug for AuthFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthFile")
            .field("auth_mode", &self.auth_mode)
            .field("openai_api_key", &self.openai_api_key)
            .field("tokens", &self.tokens)
            .field("last_refresh", &self.last_refresh())
            .finish_non_exhaustive()
    }
}

/// The file as JSON has it. `OPENAI_API_KEY` is always written, as `null` if need be.
#[derive(Deserialize, Serialize)]
struct RawFile<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth_mode: Option<Cow<'a, str>>,
    #[serde(rename = "OPENAI_API_KEY", default)]
    openai_api_key: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens: Option<RawTokens<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_refresh: Option<Cow<'a, str>>,
    #[serde(flatten)]
    rest: Cow<'a, Map<String, Value>>,
}

impl RawFile<'_> {
    fn is_foreign(&self) -> bool {
        let known = self.auth_mode.is_some()
            || self.openai_api_key.is_some()
            || self.tokens.is_some()
            || self.last_refresh.is_some()
            || self.rest.contains_key(AGENT_IDENTITY);
        !known && !self.rest.is_empty()
    }
}

/// The text of a JSON error quotes values: only the place of the fault is kept.
fn damage(error: &serde_json::Error) -> Damage {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => Damage::WrongShape { line, column },
        Category::Syntax | Category::Eof | Category::Io => Damage::NotJson { line, column },
    }
}
