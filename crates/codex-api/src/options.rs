//! What travels with one request beside its body.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use codex_client::{Compression, ResponseHead, Timeouts};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

use crate::{
    provider::{ProviderError, header},
    recovery::RecoveryProgress,
};

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");
const SESSION_ID: HeaderName = HeaderName::from_static("session_id");
const SUBAGENT: HeaderName = HeaderName::from_static("x-openai-subagent");
const TURN_STATE: HeaderName = HeaderName::from_static("x-codex-turn-state");

/// Options of one request; the default sends nothing extra.
///
/// ```
/// use codex_api::{ResponsesOptions, SessionSource};
///
/// let options = ResponsesOptions::default().conversation_id("conv-1").session_source(SessionSource::Review);
/// assert_eq!(options.conversation_id.as_deref(), Some("conv-1"));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ResponsesOptions {
    /// Sent as `x-client-request-id` (the service logs it) and `session_id`. ASCII, at most 512 characters.
    pub conversation_id: Option<String>,
    /// Which sub-agent asks, sent as `x-openai-subagent`.
    pub session_source: Option<SessionSource>,
    /// Headers of this request; they win over the provider's, authorization wins over them.
    pub extra_headers: HeaderMap,
    /// Compression of this request's body; `None` takes the provider's.
    pub compression: Option<Compression>,
    /// Timeouts of this request; `None` takes the provider's. The connect timeout belongs to the connection pool.
    pub timeouts: Option<Timeouts>,
    /// From when the total time counts; `None` is from the call. A caller that asks again sets it, so that its tries
    /// share one limit.
    pub counted_from: Option<Instant>,
    /// Routing state of the turn: sent when known, learnt from the first answer that carries it.
    pub turn_state: Option<TurnState>,
    /// Recovery from 401s, shared by the requests of a turn; `None` starts anew with every request.
    pub recovery: Option<RecoveryProgress>,
}

impl ResponsesOptions {
    /// Sets the conversation id.
    #[must_use]
    pub fn conversation_id(mut self, id: impl Into<String>) -> Self {
        self.conversation_id = Some(id.into());
        self
    }

    /// Sets who asks.
    #[must_use]
    pub fn session_source(mut self, source: SessionSource) -> Self {
        self.session_source = Some(source);
        self
    }

    /// Adds a header.
    ///
    /// # Errors
    /// When name or value cannot stand in an HTTP header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, ProviderError> {
        let (name, value) = header(name, value)?;
        self.extra_headers.insert(name, value);
        Ok(self)
    }

    /// Sets the timeouts of this request.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = Some(timeouts);
        self
    }

    /// Shares the state of a turn between its requests.
    #[must_use]
    pub fn turn_state(mut self, state: TurnState) -> Self {
        self.turn_state = Some(state);
        self
    }

    /// The headers that these options mean, the extra ones last, so that they win.
    pub(crate) fn headers(&self) -> Result<HeaderMap, ProviderError> {
        let mut headers = HeaderMap::new();
        let mut set = |name: HeaderName, value: &str| -> Result<(), ProviderError> {
            headers.insert(name.clone(), header(name.as_str(), value)?.1);
            Ok(())
        };
        if let Some(id) = &self.conversation_id {
            set(CLIENT_REQUEST_ID, id)?;
            set(SESSION_ID, id)?;
        }
        if let Some(source) = &self.session_source {
            set(SUBAGENT, source.as_str())?;
        }
        if let Some(state) = self.turn_state.as_ref().and_then(TurnState::value) {
            headers.insert(TURN_STATE, state.clone());
        }
        headers.extend(self.extra_headers.clone());
        Ok(headers)
    }
}

/// Which sub-agent of a host application a request comes from (wire.md 14).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionSource {
    /// A code review.
    Review,
    /// A compaction of the history.
    Compact,
    /// The consolidation of memories.
    MemoryConsolidation,
    /// A collaborator that another agent started.
    CollabSpawn,
    /// Any other label.
    Other(String),
}

impl SessionSource {
    /// The header's value.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Review => "review",
            Self::Compact => "compact",
            Self::MemoryConsolidation => "memory_consolidation",
            Self::CollabSpawn => "collab_spawn",
            Self::Other(label) => label,
        }
    }
}

/// The sticky routing state of one turn (`x-codex-turn-state`): the first value that an answer carries is kept and
/// repeated on every later request of the same turn, retries included. Clones share it; a new turn takes a new one.
#[derive(Clone, Default)]
pub struct TurnState(Arc<OnceLock<HeaderValue>>);

impl TurnState {
    /// A turn that knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn value(&self) -> Option<&HeaderValue> {
        self.0.get()
    }

    /// Keeps the state that `head` carries, unless one is known.
    pub(crate) fn learn(&self, head: &ResponseHead) {
        if let Some(value) = head.headers.get(TURN_STATE) {
            // A second value in the same turn is ignored on purpose: the first one is sticky.
            let _first_wins = self.0.set(value.clone());
        }
    }
}

impl fmt::Debug for TurnState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TurnState").field("known", &self.value().is_some()).finish()
    }
}
