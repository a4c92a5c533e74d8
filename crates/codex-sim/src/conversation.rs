//! Stored responses, for `previous_response_id` and `GET /responses/{id}`.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::background::{BackgroundRun, RunState};

/// Most responses kept; the oldest goes first.
pub const MAX_STORED: usize = 1_000;

/// Most bytes of conversations kept, as they were sent; the oldest response goes first.
pub const MAX_STORED_BYTES: usize = 256 * 1024 * 1024;

/// What is kept of one response.
#[derive(Debug, Clone)]
pub(crate) struct StoredResponse {
    /// The final object as JSON.
    pub(crate) json: Bytes,
    /// All items up to and including its output.
    pub(crate) history: Vec<Value>,
    /// How many of them came before its output.
    pub(crate) inputs: usize,
    /// Size of the conversation: request bodies and responses, in bytes.
    pub(crate) bytes: usize,
    /// How it comes, when it runs in the background.
    pub(crate) run: Option<Arc<BackgroundRun>>,
}

impl StoredResponse {
    /// The object as it is now.
    pub(crate) fn object(&self) -> Bytes {
        match self.run.as_ref().map(|run| run.state()) {
            Some(RunState::Unfinished(json) | RunState::Cancelled(json)) => json,
            Some(RunState::Finished) | None => self.json.clone(),
        }
    }

    /// The items before its output.
    pub(crate) fn input(&self) -> &[Value] {
        self.history.get(..self.inputs).unwrap_or(&self.history)
    }
}

/// The stored responses of one simulator.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    responses: HashMap<String, StoredResponse>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Conversations {
    pub(crate) fn store(&mut self, id: String, response: StoredResponse) {
        self.bytes += response.bytes;
        self.order.push_back(id.clone());
        self.responses.insert(id, response);
        while self.order.len() > MAX_STORED || self.bytes > MAX_STORED_BYTES {
            let Some(oldest) = self.order.pop_front() else { break };
            self.bytes -= self.responses.remove(&oldest).map_or(0, |response| response.bytes);
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&StoredResponse> {
        self.responses.get(id)
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<StoredResponse> {
        self.order.retain(|known| known != id);
        let removed = self.responses.remove(id)?;
        self.bytes -= removed.bytes;
        Some(removed)
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    fn response(bytes: usize) -> StoredResponse {
        StoredResponse { json: Bytes::new(), history: Vec::new(), inputs: 0, bytes, run: None }
    }

    #[test]
    fn the_oldest_response_makes_room() {
        let mut conversations = Conversations::default();
        for number in 0..=MAX_STORED {
            conversations.store(number.to_string(), response(1));
        }
        assert!(conversations.get("0").is_none());
        assert!(conversations.get("1").is_some());
        assert!(conversations.remove("1").is_some());
        assert!(conversations.get("1").is_none());
        assert_eq!(conversations.bytes, MAX_STORED - 1);
        conversations.store("large".to_owned(), response(MAX_STORED_BYTES));
        assert_eq!(conversations.order, ["large"]);
    }
}
