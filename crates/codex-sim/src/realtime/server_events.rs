//! Makes the server's events.

use serde_json::{Value, json};

use super::client_event::Problem;
use crate::ids::Ids;

/// Hex digits of an event's id.
const EVENT_DIGITS: usize = 21;

/// Whether events carry an `event_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventIds {
    Given,
    LeftOut,
}

/// Makes the server's events and ids.
#[derive(Debug)]
pub(crate) struct ServerEvents {
    pub(crate) ids: Ids,
    event_ids: EventIds,
}

impl ServerEvents {
    pub(crate) fn new(ids: Ids, event_ids: EventIds) -> Self {
        Self { ids, event_ids }
    }

    /// An event of a type with these fields.
    pub(crate) fn event(&mut self, kind: &str, fields: Value) -> Value {
        let mut event = json!({"type": kind});
        if let (Some(event), Value::Object(fields)) = (event.as_object_mut(), fields) {
            if self.event_ids == EventIds::Given {
                event.insert("event_id".to_owned(), Value::from(self.ids.sized("event_", EVENT_DIGITS)));
            }
            event.extend(fields);
        }
        event
    }

    pub(crate) fn error(&mut self, problem: &Problem, cause: Option<&str>) -> Value {
        self.event("error", json!({"error": problem.object(cause)}))
    }
}
