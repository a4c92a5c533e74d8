//! The judgement over one failed attempt.

use std::time::{Duration, SystemTime};

use http::StatusCode;

use super::policy::RetryPolicy;
use super::server_delay;
use crate::error::TransportError;
use crate::response::ResponseHead;
use crate::status_error;

/// One failed attempt, as far as retrying is concerned.
#[derive(Clone, Copy, Debug)]
pub enum Failure<'a> {
    /// There was no answer, or not all of it.
    Transport(&'a TransportError),
    /// The answer had a status that is no success.
    Status {
        /// Status and headers.
        head: &'a ResponseHead,
        /// A pause read from the body ("try again in 2 s"); counts when the headers name none.
        hint: Option<Duration>,
    },
}

/// Whether and when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// Not at all.
    Never(NoRetry),
    /// After a pause.
    After {
        /// How long.
        delay: Duration,
        /// Whether the server named the pause; else it is backoff.
        server: bool,
    },
}

/// Why not to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoRetry {
    /// All attempts are used.
    #[error("all {attempts} attempts failed")]
    Exhausted {
        /// How many there were.
        attempts: u32,
    },
    /// The status does not pass by itself.
    #[error("status {} does not pass by itself", status.as_u16())]
    Status {
        /// The status.
        status: StatusCode,
    },
    /// The failure does not pass by itself.
    #[error("the failure does not pass by itself")]
    NotTransient,
    /// The policy does not retry this kind of failure.
    #[error("the retry policy does not cover it")]
    PolicyOff,
    /// The server said `x-should-retry: false`.
    #[error("the server asked not to retry")]
    ServerRefused,
    /// The server wants a longer pause than the policy allows.
    #[error("the server asks to wait {} s, longer than allowed", delay.as_secs())]
    DelayTooLong {
        /// How long.
        delay: Duration,
    },
}

impl RetryPolicy {
    /// Judges a failed attempt. Pure: the attempt's number (1-based), a random number from 0 to 1 and the
    /// time are given.
    ///
    /// In this order:
    /// 1. [`max_retries`](Self::max_retries) used up: never.
    /// 2. Failures without an answer: as [`TransportError::is_retryable`] says, if the policy covers them.
    /// 3. 401, 403 and 413: never, whatever the server says. The same request cannot fare better.
    /// 4. `x-should-retry`: as it says, but `true` does not switch on what the policy switched off.
    /// 5. 408, 409, 429 and from 500 on: yes; all else: never.
    /// 6. The pause: `retry-after-ms`, else `retry-after` (seconds or a date), else the hint, else backoff. A
    ///    server's pause is taken exactly, or, above [`max_server_delay`](Self::max_server_delay), not at all.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use codex_client::{Failure, ResponseHead, RetryDecision, RetryPolicy};
    /// use http::{HeaderMap, HeaderValue, StatusCode};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut headers = HeaderMap::new();
    /// headers.insert("retry-after", HeaderValue::from_static("3"));
    /// let head = ResponseHead::new(
    ///     StatusCode::TOO_MANY_REQUESTS, headers, "https://service.example/".parse()?,
    /// );
    /// let failure = Failure::Status { head: &head, hint: None };
    /// let decision = RetryPolicy::default().judge(1, &failure, 0.5, SystemTime::now());
    /// assert_eq!(decision, RetryDecision::After { delay: Duration::from_secs(3), server: true });
    /// # Ok(())
    /// # }
    /// ```
    pub fn judge(&self, attempt: u32, failure: &Failure<'_>, random: f64, now: SystemTime) -> RetryDecision {
        if attempt > self.max_retries {
            return RetryDecision::Never(NoRetry::Exhausted { attempts: attempt });
        }
        match *failure {
            Failure::Transport(TransportError::Status(status)) => {
                self.judge_status(attempt, (&status.head, None), random, now)
            }
            Failure::Transport(error) => self.judge_transport(attempt, error, random),
            Failure::Status { head, hint } => self.judge_status(attempt, (head, hint), random, now),
        }
    }

    fn judge_transport(&self, attempt: u32, error: &TransportError, random: f64) -> RetryDecision {
        if !error.is_retryable() {
            return RetryDecision::Never(NoRetry::NotTransient);
        }
        if !self.retry_transport {
            return RetryDecision::Never(NoRetry::PolicyOff);
        }
        RetryDecision::After { delay: self.backoff.delay(attempt, random), server: false }
    }

    fn judge_status(
        &self,
        attempt: u32,
        (head, hint): (&ResponseHead, Option<Duration>),
        random: f64,
        now: SystemTime,
    ) -> RetryDecision {
        if let Some(reason) = self.refusal(head) {
            return RetryDecision::Never(reason);
        }
        let hint = hint.filter(|delay| !delay.is_zero());
        match server_delay(head, now).or(hint) {
            Some(delay) if delay > self.max_server_delay => {
                RetryDecision::Never(NoRetry::DelayTooLong { delay })
            }
            Some(delay) => RetryDecision::After { delay, server: true },
            None => RetryDecision::After { delay: self.backoff.delay(attempt, random), server: false },
        }
    }

    fn refusal(&self, head: &ResponseHead) -> Option<NoRetry> {
        let status = head.status;
        if matches!(status.as_u16(), 401 | 403 | 413) {
            return Some(NoRetry::Status { status });
        }
        match server_delay::should_retry(head) {
            Some(false) => return Some(NoRetry::ServerRefused),
            None if !status_error::is_transient(status) => return Some(NoRetry::Status { status }),
            Some(true) | None => {}
        }
        let switched_off = match status.as_u16() {
            429 => !self.retry_429,
            500.. => !self.retry_5xx,
            _ => false,
        };
        switched_off.then_some(NoRetry::PolicyOff)
    }
}

impl<'a> From<&'a TransportError> for Failure<'a> {
    fn from(error: &'a TransportError) -> Self {
        Self::Transport(error)
    }
}
