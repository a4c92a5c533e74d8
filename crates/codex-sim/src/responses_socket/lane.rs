//! Lanes: each answers its requests one after the other; several lanes answer side by side.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::Shared;
use super::socket_turn::SocketTurn;

/// Most named lanes of a connection.
pub const MAX_LANES: usize = 32;

/// Most requests that wait in one lane.
pub const MAX_QUEUED: usize = 256;

/// Longest name of a lane, in bytes.
const MAX_NAME: usize = 256;

/// Which lane a request is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum LaneName {
    /// That of requests without a `stream_id`.
    Default,
    /// The lane with this `stream_id`.
    Named(String),
}

impl LaneName {
    /// A lane with a valid name: 1 to 256 of `[A-Za-z0-9_.-]`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let valid = (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(legal);
        valid.then(|| Self::Named(name.to_owned()))
    }

    pub(crate) fn stream_id(&self) -> Option<&str> {
        match self {
            Self::Default => None,
            Self::Named(name) => Some(name),
        }
    }
}

/// Answers the requests of one lane until the connection ends.
pub(super) async fn work(shared: Arc<Shared>, mut queue: mpsc::Receiver<SocketTurn>) {
    while let Some(turn) = queue.recv().await {
        // The semaphore is never closed.
        let _slot = shared.in_flight.acquire().await;
        if let Err(broken) = turn.answer(&shared).await {
            shared.connection.end(broken).await;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn names_are_checked() {
        let longest = "x".repeat(MAX_NAME);
        let too_long = "x".repeat(MAX_NAME + 1);
        let cases = [("a", true), ("A-z_0.9", true), (&longest, true), ("", false), (&too_long, false)];
        for (name, valid) in cases.into_iter().chain([("a b", false), ("ä", false), ("a/b", false)]) {
            assert_eq!(LaneName::named(name).is_some(), valid, "{name:?}");
        }
    }
}
