//! The output items a reply is made of, as they go over the wire.

use serde::Serialize;
use serde_json::Value;

/// Status of an item; `incomplete` on the last item of an incomplete response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ItemStatus {
    InProgress,
    Completed,
    Incomplete,
}

/// A content part of a message or of a reasoning item.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Part {
    OutputText { text: String, annotations: Vec<Value>, logprobs: [u8; 0] },
    Refusal { refusal: String },
    SummaryText { text: String },
    ReasoningText { text: String },
}

impl Part {
    pub(crate) fn output_text(text: impl Into<String>) -> Self {
        Self::OutputText { text: text.into(), annotations: Vec::new(), logprobs: [] }
    }

    /// The text that deltas of this part carry.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::OutputText { text, .. } | Self::SummaryText { text } | Self::ReasoningText { text } => text,
            Self::Refusal { refusal } => refusal,
        }
    }

    /// The same part before its first delta.
    pub(crate) fn emptied(&self) -> Self {
        match self {
            Self::OutputText { .. } => Self::output_text(""),
            Self::Refusal { .. } => Self::Refusal { refusal: String::new() },
            Self::SummaryText { .. } => Self::SummaryText { text: String::new() },
            Self::ReasoningText { .. } => Self::ReasoningText { text: String::new() },
        }
    }
}

/// An output item with its id.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Item {
    Message(Message),
    Reasoning(Reasoning),
    Call(Call),
    WebSearch(WebSearch),
    /// An item given as JSON, sent as it is.
    Given(Value),
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) status: ItemStatus,
    pub(crate) content: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<String>,
    pub(crate) role: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reasoning {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<Vec<Part>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encrypted_content: Option<String>,
    pub(crate) summary: Vec<Part>,
}

/// A function call (`arguments`) or a custom tool call (`input`).
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Function calls only: a custom tool call has no status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<ItemStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) arguments: Option<String>,
    pub(crate) call_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<String>,
    pub(crate) name: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct WebSearch {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) status: ItemStatus,
    pub(crate) action: SearchAction,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct SearchAction {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) query: String,
    pub(crate) queries: Vec<String>,
}

impl Item {
    /// The item as `response.output_item.added` shows it: begun and empty.
    pub(crate) fn begun(&self) -> Self {
        let mut item = self.clone();
        match &mut item {
            Self::Message(message) => {
                message.status = ItemStatus::InProgress;
                message.content.clear();
            }
            Self::Reasoning(reasoning) => {
                reasoning.summary.clear();
                reasoning.content = reasoning.content.as_ref().map(|_| Vec::new());
            }
            Self::Call(call) => {
                call.status = call.status.map(|_| ItemStatus::InProgress);
                call.arguments = call.arguments.as_ref().map(|_| String::new());
                call.input = call.input.as_ref().map(|_| String::new());
            }
            Self::WebSearch(search) => search.status = ItemStatus::InProgress,
            Self::Given(value) => {
                if let Some(status) = value.get_mut("status") {
                    *status = Value::from("in_progress");
                }
            }
        }
        item
    }

    /// Marks the item as cut short, where its type has a status.
    pub(crate) fn mark_incomplete(&mut self) {
        match self {
            Self::Message(message) => message.status = ItemStatus::Incomplete,
            Self::Call(call) => call.status = call.status.map(|_| ItemStatus::Incomplete),
            Self::WebSearch(search) => search.status = ItemStatus::Incomplete,
            Self::Reasoning(_) | Self::Given(_) => {}
        }
    }

    /// How many output tokens the item is counted as, and whether they are reasoning.
    pub(crate) fn characters(&self) -> usize {
        let parts = |parts: &[Part]| parts.iter().map(|part| part.text().chars().count()).sum::<usize>();
        match self {
            Self::Message(message) => parts(&message.content),
            Self::Reasoning(reasoning) => {
                parts(&reasoning.summary) + reasoning.content.as_deref().map_or(0, parts)
            }
            Self::Call(call) => {
                let given = call.arguments.as_deref().or(call.input.as_deref()).unwrap_or_default();
                call.name.len() + given.chars().count()
            }
            Self::WebSearch(search) => search.action.query.chars().count(),
            Self::Given(value) => value.to_string().len(),
        }
    }
}
