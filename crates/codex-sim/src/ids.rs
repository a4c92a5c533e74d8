//! Identifiers and timestamps: the same ones for the same seed and the same number of the request.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix second at which a simulator's own calendar begins, when real time is not asked for.
pub(crate) const CALENDAR_START: u64 = 1_793_000_000;

/// Hex digits after the prefix of a response or item id, as long as the service's own.
const ID_DIGITS: usize = 48;

/// Where the ids, the padding and the clock of one request come from.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    state: u64,
}

impl Ids {
    /// The ids of the `request`-th request of a simulator seeded with `seed`.
    pub(crate) fn for_request(seed: u64, request: u64) -> Self {
        Self { state: seed ^ request.wrapping_mul(0xD6E8_FEB8_6659_FD93) }
    }

    /// A fresh id such as `msg_…`; `prefix` comes with its underscore.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        self.sized(prefix, ID_DIGITS)
    }

    /// A fresh id with `digits` hex digits after the prefix.
    pub(crate) fn sized(&mut self, prefix: &str, digits: usize) -> String {
        let mut id = String::with_capacity(prefix.len() + digits);
        id.push_str(prefix);
        while id.len() < prefix.len() + digits {
            let word = format!("{:016x}", self.number());
            let room = prefix.len() + digits - id.len();
            id.push_str(word.get(..room.min(16)).unwrap_or_default());
        }
        id
    }

    /// Random padding of 1 to 16 characters for the `obfuscation` of a delta.
    pub(crate) fn padding(&mut self) -> &'static str {
        const LETTERS: &str = "k9Zq2Xw7Lr4Tb8Vn";
        let length = 1 + (self.number() % 16) as usize;
        LETTERS.get(..length).unwrap_or(LETTERS)
    }

    /// The next number of a SplitMix64 sequence.
    fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Which calendar `created_at` follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Calendar {
    /// One second a request from [`CALENDAR_START`] on, so that snapshots stay equal.
    #[default]
    Fixed,
    /// The machine's clock.
    Real,
}

impl Calendar {
    /// Unix seconds at which the `request`-th response is created.
    pub(crate) fn created_at(self, request: u64) -> u64 {
        match self {
            Self::Fixed => CALENDAR_START + request,
            Self::Real => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        }
    }
}
