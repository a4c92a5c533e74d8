//! How often and how patiently to try again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When to send a request again. Data only: [`judge`](Self::judge) is a pure function of it.
///
/// In configuration files durations are whole milliseconds, and the names say so; what is left out keeps its default:
///
/// ```
/// use std::time::Duration;
/// use codex_client::RetryPolicy;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy: RetryPolicy = serde_json::from_str(
///     r#"{"max_retries": 2, "backoff": {"base_ms": 200}, "retry_429": false}"#,
/// )?;
/// assert_eq!(policy.backoff.base, Duration::from_millis(200));
/// assert_eq!(policy.backoff.cap, Duration::from_secs(8));
///
/// let wrong = serde_json::from_str::<RetryPolicy>(r#"{"backoff": {"jitter": 7}}"#);
/// assert!(wrong.unwrap_err().to_string().contains("jitter"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PolicyFields", into = "PolicyFields")]
pub struct RetryPolicy {
    /// Retries after the first attempt: N retries are N + 1 attempts. Default 4.
    pub max_retries: u32,
    /// The pause when the server names none.
    pub backoff: Backoff,
    /// Whether to retry 429. Default true.
    pub retry_429: bool,
    /// Whether to retry statuses from 500 on. Default true.
    pub retry_5xx: bool,
    /// Whether to retry when there was no answer. Default true.
    pub retry_transport: bool,
    /// The longest pause a server may ask for. A longer one is not shortened: the request fails and its
    /// error says how long. Default 120 s, as in the official SDKs.
    pub max_server_delay: Duration,
}

/// Exponential backoff: before retry *n* the pause is `base · 2ⁿ⁻¹`, at most `cap`, minus a random part of
/// up to `jitter` of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// Pause before the first retry. Default 500 ms.
    pub base: Duration,
    /// Longest pause. Default 8 s.
    pub cap: Duration,
    /// The part of the pause that is random, 0 to 1. Default 0.25.
    pub jitter: f64,
}

impl RetryPolicy {
    /// Most retries a policy may ask for.
    pub const MAX_RETRIES: u32 = 100;
    /// Default of [`max_server_delay`](Self::max_server_delay).
    pub const DEFAULT_MAX_SERVER_DELAY: Duration = Duration::from_secs(120);

    /// Never try again.
    pub fn never() -> Self {
        Self { max_retries: 0, ..Self::default() }
    }

    /// Checks what the types leave open. Done already for a policy that was deserialized.
    ///
    /// # Errors
    /// [`RetryPolicyError`] names the first wrong field.
    pub fn validate(&self) -> Result<(), RetryPolicyError> {
        if self.max_retries > Self::MAX_RETRIES {
            return Err(RetryPolicyError::TooManyRetries { max_retries: self.max_retries });
        }
        if !(0.0..=1.0).contains(&self.backoff.jitter) {
            return Err(RetryPolicyError::Jitter { jitter: self.backoff.jitter });
        }
        if self.backoff.base > self.backoff.cap {
            return Err(RetryPolicyError::BaseAboveCap { base: self.backoff.base, cap: self.backoff.cap });
        }
        Ok(())
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 4,
            backoff: Backoff::default(),
            retry_429: true,
            retry_5xx: true,
            retry_transport: true,
            max_server_delay: Self::DEFAULT_MAX_SERVER_DELAY,
        }
    }
}

impl Backoff {
    /// The pause before retry `retry` (1-based). `random` is from 0 to 1; values outside are brought to the
    /// nearer end. Never longer than [`cap`](Self::cap).
    pub fn delay(&self, retry: u32, random: f64) -> Duration {
        let doublings = retry.saturating_sub(1).min(31);
        let full = self.base.saturating_mul(1 << doublings).min(self.cap);
        let random = if random.is_nan() { 0.0 } else { random.clamp(0.0, 1.0) };
        let jitter = if self.jitter.is_nan() { 0.0 } else { self.jitter.clamp(0.0, 1.0) };
        // Not `mul_f64`, which panics near the end of time.
        let random_part = Duration::try_from_secs_f64(full.as_secs_f64() * jitter * random);
        full.saturating_sub(random_part.unwrap_or(Duration::ZERO))
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_millis(500), cap: Duration::from_secs(8), jitter: 0.25 }
    }
}

/// Why a [`RetryPolicy`] makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RetryPolicyError {
    /// `max_retries` is too high.
    #[error("max_retries is {max_retries}, but at most {} are allowed", RetryPolicy::MAX_RETRIES)]
    TooManyRetries {
        /// What it is.
        max_retries: u32,
    },
    /// `jitter` is no part of the whole.
    #[error("jitter is {jitter}, but it must be from 0 to 1")]
    Jitter {
        /// What it is.
        jitter: f64,
    },
    /// The first pause is longer than the longest.
    #[error("base_ms is {} but cap_ms is {}: the base must not be above the cap", base.as_millis(), cap.as_millis())]
    BaseAboveCap {
        /// The base.
        base: Duration,
        /// The cap.
        cap: Duration,
    },
}

/// The policy as it stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PolicyFields {
    max_retries: u32,
    backoff: BackoffFields,
    retry_429: bool,
    retry_5xx: bool,
    retry_transport: bool,
    max_server_delay_ms: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct BackoffFields {
    base_ms: u64,
    cap_ms: u64,
    jitter: f64,
}

impl Default for PolicyFields {
    fn default() -> Self {
        RetryPolicy::default().into()
    }
}

impl Default for BackoffFields {
    fn default() -> Self {
        Backoff::default().into()
    }
}

impl From<RetryPolicy> for PolicyFields {
    fn from(policy: RetryPolicy) -> Self {
        Self {
            max_retries: policy.max_retries,
            backoff: policy.backoff.into(),
            retry_429: policy.retry_429,
            retry_5xx: policy.retry_5xx,
            retry_transport: policy.retry_transport,
            max_server_delay_ms: millis(policy.max_server_delay),
        }
    }
}

impl From<Backoff> for BackoffFields {
    fn from(backoff: Backoff) -> Self {
        Self { base_ms: millis(backoff.base), cap_ms: millis(backoff.cap), jitter: backoff.jitter }
    }
}

impl TryFrom<PolicyFields> for RetryPolicy {
    type Error = RetryPolicyError;

    fn try_from(fields: PolicyFields) -> Result<Self, RetryPolicyError> {
        let policy = Self {
            max_retries: fields.max_retries,
            backoff: Backoff {
                base: Duration::from_millis(fields.backoff.base_ms),
                cap: Duration::from_millis(fields.backoff.cap_ms),
                jitter: fields.backoff.jitter,
            },
            retry_429: fields.retry_429,
            retry_5xx: fields.retry_5xx,
            retry_transport: fields.retry_transport,
            max_server_delay: Duration::from_millis(fields.max_server_delay_ms),
        };
        policy.validate()?;
        Ok(policy)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
