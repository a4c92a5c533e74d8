//! What a report is about.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a report is about.
///
/// ```
/// use codex_feedback::Classification;
///
/// assert_eq!("bad_result".parse(), Ok(Classification::BadResult));
/// assert!("praise".parse::<Classification>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classification {
    /// The client or the service failed.
    Bug,
    /// It worked, and the result was bad.
    BadResult,
    /// The result was good.
    GoodResult,
    /// A safety check stepped in.
    SafetyCheck,
    /// Anything else.
    Other,
}

impl Classification {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Bug, Self::BadResult, Self::GoodResult, Self::SafetyCheck, Self::Other];

    /// The value of its tag, and how a user writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bug => "bug",
            Self::BadResult => "bad_result",
            Self::GoodResult => "good_result",
            Self::SafetyCheck => "safety_check",
            Self::Other => "other",
        }
    }

    /// How it stands in the title of a report.
    pub fn label(self) -> &'static str {
        match self {
            Self::Bug => "Bug",
            Self::BadResult => "Bad result",
            Self::GoodResult => "Good result",
            Self::SafetyCheck => "Safety check",
            Self::Other => "Other",
        }
    }

    /// The tracker's level.
    pub(crate) fn level(self) -> &'static str {
        match self {
            Self::Bug | Self::BadResult | Self::SafetyCheck => "error",
            Self::GoodResult | Self::Other => "info",
        }
    }
}

impl fmt::Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Classification {
    type Err = UnknownClassification;

    fn from_str(text: &str) -> Result<Self, UnknownClassification> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(UnknownClassification)
    }
}

/// A text that is no classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a classification is one of bug, bad_result, good_result, safety_check, other")]
pub struct UnknownClassification;
