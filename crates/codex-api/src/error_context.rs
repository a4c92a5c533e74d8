//! Where and when a request failed.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use codex_observe::{AuthEvidence, Endpoint, OperationId, RecoveryStep, SafeText};
use codex_protocol::{RateLimitSnapshot, ResponseItem, WireHeaders};

use crate::echoed_secrets::EchoedSecrets;

/// The header that names the limit which was hit (wire.md 13).
const ACTIVE_LIMIT: &str = "x-codex-active-limit";

/// The longest promo message that is kept, in characters.
const MAX_PROMO_CHARS: usize = 500;

/// Where and when a request failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ErrorContext {
    /// Which endpoint.
    pub endpoint: Endpoint,
    /// Which call it was; not shown.
    pub operation: OperationId,
    /// The attempt that failed last, from 1.
    pub attempt: u32,
    /// How many attempts the policy allows.
    pub max_attempts: u32,
    /// From the call to the failure, all attempts and waits included.
    pub elapsed: Duration,
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// When the service answered, by its own clock, and when that was by ours: a clock that is wrong makes tokens look
    /// expired or not yet valid.
    pub answered_at: Option<AnsweredAt>,
    /// Facts of the answer's head.
    pub evidence: AuthEvidence,
    /// After a 401: the last step of recovery, and what came of it.
    pub recovery: Option<RecoveryStep>,
    /// The limits that the answer told.
    pub rate_limits: Vec<RateLimitSnapshot>,
    /// The limit that was hit, where the answer names it.
    pub active_limit: Option<RateLimitSnapshot>,
    /// A text for the user that came with a limit.
    pub promo_message: Option<SafeText>,
    /// Whether the WebSocket had served a request before; `None` over HTTP.
    pub connection_reused: Option<bool>,
    /// How often a turn asked in all, and for how long, where one did: then `attempt` and `elapsed` are those of its last
    /// request.
    pub turn: Option<TurnTries>,
    /// What the request carried and the answer may echo.
    pub(crate) secrets: EchoedSecrets,
    /// How far the stream had come, where one had begun.
    pub stream: Option<StreamProgress>,
}

impl ErrorContext {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            operation: OperationId::default(),
            attempt: 0,
            max_attempts: 0,
            elapsed: Duration::ZERO,
            status: None,
            answered_at: None,
            evidence: AuthEvidence::default(),
            recovery: None,
            rate_limits: Vec::new(),
            active_limit: None,
            promo_message: None,
            connection_reused: None,
            turn: None,
            secrets: EchoedSecrets::default(),
            stream: None,
        }
    }
}

impl fmt::Display for ErrorContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.endpoint)?;
        if let Some(status) = self.status {
            write!(f, ", status {status}")?;
        }
        if self.attempt > 0 {
            write!(f, ", attempt {} of {}", self.attempt, self.max_attempts)?;
        }
        write!(f, ", after {:.1} s", self.elapsed.as_secs_f64())?;
        if let Some(turn) = &self.turn {
            write!(f, ", turn asked {} times in {:.1} s", turn.asked, turn.elapsed.as_secs_f64())?;
        }
        if let Some(reused) = self.connection_reused {
            write!(f, ", on a {} WebSocket", if reused { "reused" } else { "new" })?;
        }
        if let Some(stream) = &self.stream {
            write!(f, ", {stream}")?;
        }
        if let Some(id) = &self.evidence.request_id {
            write!(f, ", request id {id}")?;
        }
        if let Some(ray) = &self.evidence.cf_ray {
            write!(f, ", cf-ray {ray}")?;
        }
        if let Some(error) = &self.evidence.auth_error {
            write!(f, ", auth error {error}")?;
        }
        if let Some(code) = &self.evidence.auth_error_code {
            write!(f, ", auth error code {code}")?;
        }
        if let Some(RecoveryStep { mode, phase, outcome }) = &self.recovery {
            write!(f, ", recovery {} {} {}", mode.as_str(), phase.as_str(), outcome.as_str())?;
        }
        Ok(())
    }
}

impl ErrorContext {
    /// Keeps what the headers of a failure say about limits.
    pub(crate) fn learn_limits(&mut self, headers: &WireHeaders) {
        let mut limits = RateLimitSnapshot::from_headers(headers);
        limits.retain(|limits| !limits.is_empty());
        if !limits.is_empty() {
            self.rate_limits = limits;
        }
        self.active_limit = headers.get(ACTIVE_LIMIT).map(|_| RateLimitSnapshot::active(headers));
        self.promo_message = headers.promo_message().map(|text| {
            let hidden = self.secrets.hide(text);
            SafeText::prose(hidden.as_deref().unwrap_or(text), MAX_PROMO_CHARS)
        });
    }
}

/// The time of an answer, by both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnsweredAt {
    /// By the service's clock (`date`), to the second.
    pub service: SystemTime,
    /// By this machine's.
    pub here: SystemTime,
}

/// The tries of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TurnTries {
    /// How often it was asked for.
    pub asked: u32,
    /// From the first request to the end of the last one.
    pub elapsed: Duration,
}

/// How far a stream had come.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StreamProgress {
    /// Events given to the caller.
    pub events: u64,
    /// Bytes of the body read.
    pub bytes: u64,
    /// Type of the last event.
    pub last_event: Option<SafeText>,
    /// Whether text, reasoning or a tool call had been given to the caller: then a replay shows it twice.
    pub output_started: bool,
    /// Items that the service had finished, usable as input of the next request.
    pub finished_items: Vec<ResponseItem>,
}

impl fmt::Display for StreamProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events and {} bytes read", self.events, self.bytes)?;
        if let Some(last) = &self.last_event {
            write!(f, ", last {}", if last.is_empty() { "one without a type" } else { last })?;
        }
        if self.output_started {
            f.write_str(", output had begun")?;
        }
        Ok(())
    }
}
