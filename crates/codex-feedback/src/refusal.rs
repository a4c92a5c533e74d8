//! Whether the tracker said yes.

use std::{
    io,
    time::{Duration, SystemTime},
};

use codex_observe::{SafeText, rfc3339_millis};
use serde::Deserialize;

use crate::{EventId, InvalidEnvelope, NoAnswer, SendError, TrackerAnswer, tracker_limits::waits};

/// The longest explanation of a tracker that is shown, in characters.
const MAX_DETAIL_CHARS: usize = 300;

/// The statuses by which a tracker says that the report itself is wrong (RFC 9110, 15.5; 413 has its own name).
const INVALID_REPORT: [u16; 3] = [400, 415, 422];

/// Why a report is not at the tracker. It is kept; one whose refusal [is permanent](Refusal::is_permanent) is sent again
/// only when that is asked for, any other by the next flush.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There was no answer.
    #[error("the tracker could not be reached")]
    NotSent(#[source] SendError),
    /// There was none in time.
    #[error("no answer of the tracker within {} s", within.as_secs())]
    NoAnswer {
        /// How long it was waited for.
        within: Duration,
    },
    /// The tracker asks for time.
    #[error("the tracker takes no more reports {}", shown_until(.until))]
    RateLimited {
        /// Until when; `None` where it did not say.
        until: Option<SystemTime>,
    },
    /// It was not sent, because the tracker had asked for time before.
    #[error("the tracker asked to be left alone until {}", rfc3339_millis(*.until))]
    HeldBack {
        /// Until when.
        until: SystemTime,
    },
    /// It is too large for this tracker.
    #[error(
        "the tracker does not take so large a report ({bytes} bytes): send it without some of its attachments"
    )]
    TooLarge {
        /// How large it is.
        bytes: usize,
    },
    /// The tracker does not let this client in.
    #[error("the tracker does not accept the key of the DSN (http {status}): check the DSN")]
    KeyRefused {
        /// HTTP status.
        status: u16,
    },
    /// The tracker does not take it.
    #[error("the tracker refused the report (http {status}){}", shown_detail(.detail))]
    Rejected {
        /// HTTP status.
        status: u16,
        /// What it said.
        detail: Option<SafeText>,
    },
    /// What answered is no tracker, such as a login page of the network.
    #[error("what answered (http {status}) is no tracker: check the DSN and the proxy")]
    NotATracker {
        /// HTTP status.
        status: u16,
    },
    /// The answer is about another report.
    #[error("the tracker answered for the report {answered}")]
    AnotherReport {
        /// Which.
        answered: EventId,
    },
    /// The stored report could not be read.
    #[error("the stored report cannot be read")]
    Unreadable(#[source] io::Error),
    /// The stored file is no report.
    #[error("the stored file is no report")]
    Invalid(#[source] InvalidEnvelope),
}

impl Refusal {
    /// Whether the tracker would never take this report as it is: it is too large or invalid, or its file is damaged.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::TooLarge { .. } | Self::Invalid(_) => true,
            Self::Rejected { status, .. } => INVALID_REPORT.contains(status),
            Self::Unreadable(error) => error.kind() == io::ErrorKind::InvalidData,
            Self::NotSent(_) | Self::NoAnswer { .. } => false,
            Self::RateLimited { .. } | Self::HeldBack { .. } => false,
            Self::KeyRefused { .. } | Self::NotATracker { .. } | Self::AnotherReport { .. } => false,
        }
    }

    /// Why there was no answer.
    pub(crate) fn without_answer(error: SendError) -> Self {
        match error.downcast::<NoAnswer>() {
            Ok(no_answer) => Self::NoAnswer { within: no_answer.within },
            Err(error) => Self::NotSent(error),
        }
    }

    /// Whether other reports would fare no better now.
    pub(crate) fn concerns_all(&self) -> bool {
        match self {
            Self::NotSent(_) | Self::NoAnswer { .. } => true,
            Self::RateLimited { .. } | Self::HeldBack { .. } => true,
            Self::KeyRefused { .. } | Self::NotATracker { .. } => true,
            Self::Rejected { status, .. } => *status >= 500,
            Self::TooLarge { .. } | Self::AnotherReport { .. } | Self::Unreadable(_) | Self::Invalid(_) => {
                false
            }
        }
    }
}

fn shown_until(time: &Option<SystemTime>) -> String {
    time.map_or_else(|| "for now".to_owned(), |time| format!("until {}", rfc3339_millis(time)))
}

fn shown_detail(detail: &Option<SafeText>) -> String {
    detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default()
}

/// Judges an answer to the report `event_id` of `bytes` bytes: `Ok` only when the tracker took it.
pub(crate) fn judge(
    answer: &TrackerAnswer,
    event_id: EventId,
    bytes: usize,
    now: SystemTime,
) -> Result<(), Refusal> {
    let status = answer.status;
    let is_page = is_page(answer);
    match status {
        200..=299 if is_page => Err(Refusal::NotATracker { status }),
        200..=299 => match answered_id(answer) {
            Some(answered) if answered != event_id => Err(Refusal::AnotherReport { answered }),
            _ => Ok(()),
        },
        413 => Err(Refusal::TooLarge { bytes }),
        429 => {
            let until = waits(answer, now).reports.and_then(|wait| now.checked_add(wait));
            Err(Refusal::RateLimited { until })
        }
        401 | 403 if !is_page => Err(Refusal::KeyRefused { status }),
        300..=499 if is_page => Err(Refusal::NotATracker { status }),
        _ => Err(Refusal::Rejected { status, detail: explanation(answer) }),
    }
}

/// Whether it is a page for people.
fn is_page(answer: &TrackerAnswer) -> bool {
    let media_type = answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    media_type.starts_with("text/html") || answer.body.trim_ascii_start().starts_with(b"<")
}

fn answered_id(answer: &TrackerAnswer) -> Option<EventId> {
    #[derive(Deserialize)]
    struct Body {
        id: String,
    }
    serde_json::from_slice::<Body>(&answer.body).ok()?.id.parse().ok()
}

/// What the tracker said: its header, or `detail` of its JSON body. Never a body as it is.
fn explanation(answer: &TrackerAnswer) -> Option<SafeText> {
    #[derive(Deserialize)]
    struct Body {
        detail: String,
    }
    let text = match answer.header("x-sentry-error") {
        Some(header) => header.to_owned(),
        None => serde_json::from_slice::<Body>(&answer.body).ok()?.detail,
    };
    Some(SafeText::prose(&text, MAX_DETAIL_CHARS)).filter(|text| !text.is_empty())
}
