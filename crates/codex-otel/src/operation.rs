//! What an operation (one call with all its attempts) is about, and what came of it: the facts that one attempt alone
//! does not know.

use std::time::Duration;

use codex_observe::{Endpoint, OperationId, Outcome, SafeText};

/// A call that begins. Told before its first attempt, so that the attempt can carry a trace context.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationStart {
    /// Which call.
    pub operation: OperationId,
    /// Path below the base URL.
    pub endpoint: Endpoint,
    /// Where the attempts go.
    pub target: Option<RequestTarget>,
    /// The model that is asked for.
    pub model: Option<SafeText>,
    /// Id of the provider; `None` is `openai`.
    pub provider: Option<SafeText>,
    /// The service tier that is asked for.
    pub service_tier: Option<SafeText>,
    /// Whether the answer is a stream, whose end is the end of the operation.
    pub streams: bool,
}

impl OperationStart {
    /// A call of `endpoint` of which no more is known.
    pub fn new(operation: OperationId, endpoint: Endpoint) -> Self {
        Self {
            operation,
            endpoint,
            target: None,
            model: None,
            provider: None,
            service_tier: None,
            streams: false,
        }
    }
}

/// Where a request goes, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestTarget {
    /// HTTP method.
    pub method: &'static str,
    /// `https://host[:port]/path`: user-info, query and fragment removed.
    pub url: SafeText,
    /// Host name or address.
    pub host: SafeText,
    /// Port, also when the URL does not name it.
    pub port: u16,
}

impl RequestTarget {
    /// The target of `method` at `url`, of which user-info, query and fragment are left out. `None` for a URL without a
    /// host or a known port.
    ///
    /// ```
    /// use codex_otel::RequestTarget;
    ///
    /// let url = url::Url::parse("https://user:secret@api.openai.com/v1/responses?api-version=1")?;
    /// let target = RequestTarget::new("POST", &url).expect("has a host");
    /// assert_eq!(&*target.url, "https://api.openai.com/v1/responses");
    /// assert_eq!(target.port, 443);
    /// # Ok::<(), url::ParseError>(())
    /// ```
    pub fn new(method: &'static str, url: &url::Url) -> Option<Self> {
        let host = url.host_str()?;
        let port = url.port_or_known_default()?;
        let shown = match url.port() {
            Some(port) => format!("{}://{host}:{port}{}", url.scheme(), url.path()),
            None => format!("{}://{host}{}", url.scheme(), url.path()),
        };
        Some(Self { method, url: SafeText::new(&shown), host: SafeText::new(host), port })
    }
}

/// A call that returned for good. Told once, after the facts of its attempts and of its stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationEnd {
    /// Which call.
    pub operation: OperationId,
    /// Path below the base URL.
    pub endpoint: Endpoint,
    /// Duration of the whole call, its last status, and the error it ended with.
    pub outcome: Outcome,
    /// Whether the answer came over a WebSocket.
    pub websocket: bool,
    /// What the answer was; empty when there was none.
    pub answer: AnswerFacts,
}

impl OperationEnd {
    /// The end of a call.
    pub fn new(operation: OperationId, endpoint: Endpoint, outcome: Outcome) -> Self {
        Self { operation, endpoint, outcome, websocket: false, answer: AnswerFacts::default() }
    }

    /// With the facts of its answer.
    #[must_use]
    pub fn answer(mut self, answer: AnswerFacts) -> Self {
        self.answer = answer;
        self
    }
}

/// Facts of an answer, summed up at its end.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AnswerFacts {
    /// Id of the response.
    pub response_id: Option<SafeText>,
    /// The model that answered.
    pub model: Option<SafeText>,
    /// The service tier that answered.
    pub service_tier: Option<SafeText>,
    /// How it ended: `completed`, `incomplete`, `failed`, `cancelled`.
    pub finish_reason: Option<&'static str>,
    /// Tokens used.
    pub usage: Option<TokenCounts>,
    /// When its chunks came.
    pub timing: ChunkTiming,
    /// How many stream events of each kind there were.
    pub kinds: Vec<KindCount>,
}

/// Tokens of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenCounts {
    /// Of the input, the cached ones included.
    pub input: u64,
    /// Of the input, those read from the cache.
    pub cached_input: u64,
    /// Of the output, reasoning included.
    pub output: u64,
    /// Of the output, those of reasoning.
    pub reasoning_output: u64,
    /// Of both.
    pub total: u64,
}

/// When the chunks of a streamed answer came, counted from the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChunkTiming {
    /// The first event.
    pub first_event: Option<Duration>,
    /// The first visible output.
    pub first_output: Option<Duration>,
    /// The last visible output.
    pub last_output: Option<Duration>,
    /// How many events held visible output.
    pub output_events: u64,
}

impl ChunkTiming {
    /// Mean time between two chunks of output; `None` for fewer than two.
    pub fn per_output_chunk(&self) -> Option<Duration> {
        let gaps = u32::try_from(self.output_events.checked_sub(1)?).ok().filter(|gaps| *gaps > 0)?;
        Some(self.last_output?.checked_sub(self.first_output?)? / gaps)
    }
}

/// Stream events of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// A kind that this client knows, or `unknown`: never a word of the service's, so that the number of kinds is bounded.
    pub kind: &'static str,
    /// How many were decoded and report no failure.
    pub succeeded: u64,
    /// How many could not be decoded, or report a failure.
    pub failed: u64,
}
