//! The moment the voice hands over to the agent.

use serde_json::{Map, Value};

use super::{
    HANDOFF_FUNCTION, RealtimeFunctionCall, RealtimeItem, RealtimeServerEvent, TranscriptEntry, lines,
};

/// Arguments that may hold the request, in order of preference.
const REQUEST_ARGUMENTS: [&str; 5] = ["input_transcript", "input", "text", "prompt", "query"];

/// The voice hands over to the agent: `conversation.handoff.requested` in version 1, a finished call of the
/// function [`HANDOFF_FUNCTION`] in version 2. Answer with
/// [`RealtimeClientEvent::handoff_result`](super::RealtimeClientEvent::handoff_result).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Handoff {
    /// What the result refers to.
    pub id: String,
    /// The item that led to it.
    pub item_id: Option<String>,
    /// What the user asked for, in words of the model.
    pub input_transcript: String,
    /// What was said since the last hand-off; filled by [`RunningTranscript`](super::RunningTranscript).
    pub messages: Vec<TranscriptEntry>,
}

impl Handoff {
    /// What to tell the agent: the transcript as `role: text` lines, or the request when there is none.
    pub fn text(&self) -> String {
        if self.messages.is_empty() { self.input_transcript.clone() } else { lines(&self.messages) }
    }
}

impl RealtimeServerEvent {
    /// The hand-off this event is, when it is one; `messages` is empty. A call that has no id at all cannot
    /// be answered and is none.
    pub fn handoff(&self) -> Option<Handoff> {
        match self {
            Self::HandoffRequested(event) => Some(Handoff {
                id: event.handoff_id.clone(),
                item_id: event.item_id.clone(),
                input_transcript: event.input_transcript.clone(),
                messages: Vec::new(),
            }),
            Self::ItemDone(event) => match &*event.item {
                RealtimeItem::FunctionCall(call) if call.name == HANDOFF_FUNCTION => from_call(call),
                _ => None,
            },
            _ => None,
        }
    }
}

fn from_call(call: &RealtimeFunctionCall) -> Option<Handoff> {
    Some(Handoff {
        id: call.call_id.clone().or_else(|| call.id.clone())?,
        item_id: call.id.clone(),
        input_transcript: request(&call.arguments).unwrap_or_else(|| call.arguments.clone()),
        messages: Vec::new(),
    })
}

/// The first argument that holds more than blanks.
fn request(arguments: &str) -> Option<String> {
    let arguments: Map<String, Value> = serde_json::from_str(arguments).ok()?;
    let texts = REQUEST_ARGUMENTS.iter().filter_map(|name| arguments.get(*name)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
}
