//! Whether an event is of the response that was asked for, on a connection that has carried others.

use codex_protocol::ResponseEvent;

use crate::lanes::Lanes;

/// What is known of the response on a lane.
#[derive(Default)]
pub(crate) struct ResponseIdentity {
    id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ownership {
    Ours,
    Foreign,
}

impl ResponseIdentity {
    /// The id inside a response object counts; most events have none. On a connection that has carried another response,
    /// output before the beginning of this one is the other's.
    pub(crate) fn judge(&mut self, event: &ResponseEvent, lanes: &Lanes, reused: Option<bool>) -> Ownership {
        let Some(id) = response_id(event) else {
            let late = reused == Some(true) && self.id.is_none() && event.is_output();
            return if late { Ownership::Foreign } else { Ownership::Ours };
        };
        if id.is_empty() {
            return Ownership::Ours;
        }
        // The end of the response before, told once more. Servers that give all responses one id begin them all.
        if self.id.is_none() && event.is_terminal() && lanes.was_finished(id) {
            return Ownership::Foreign;
        }
        if self.id.get_or_insert_with(|| id.to_owned()) != id {
            return Ownership::Foreign;
        }
        if event.is_terminal() {
            lanes.finished(id);
        }
        Ownership::Ours
    }
}

fn response_id(event: &ResponseEvent) -> Option<&str> {
    Some(match event {
        ResponseEvent::Completed { response_id, .. } => response_id,
        ResponseEvent::Created(state)
        | ResponseEvent::Queued(state)
        | ResponseEvent::InProgress(state)
        | ResponseEvent::Failed(state)
        | ResponseEvent::Incomplete(state) => &state.response.id,
        _ => return None,
    })
}
