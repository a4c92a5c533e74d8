//! What a conversation says: the user's last words, the outputs of tools.

use serde_json::{Value, json};

/// The output of a tool at the end of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToolOutput<'a> {
    pub(crate) call_id: &'a str,
    /// The tool that was called, when the call is in the conversation.
    pub(crate) name: Option<&'a str>,
    pub(crate) text: String,
}

/// `input` as items: a string is one message of the user.
pub(crate) fn input_items(input: Option<&Value>) -> Vec<Value> {
    match input {
        Some(Value::String(text)) => vec![json!({"type": "message", "role": "user", "content": text})],
        Some(Value::Array(items)) => items.clone(),
        _ => Vec::new(),
    }
}

/// Text of the user's last message; empty when there is none.
pub(crate) fn last_user_text(history: &[Value]) -> String {
    history
        .iter()
        .rev()
        .find(|item| field(item, "role") == Some("user"))
        .map(|message| content_text(message.get("content")))
        .unwrap_or_default()
}

/// The tool outputs after which nothing else came, in order.
pub(crate) fn tool_outputs(history: &[Value]) -> Vec<ToolOutput<'_>> {
    let mut outputs: Vec<ToolOutput<'_>> = history
        .iter()
        .rev()
        .map_while(|item| match field(item, "type")? {
            "function_call_output" | "custom_tool_call_output" => {
                let call_id = field(item, "call_id").unwrap_or_default();
                Some(ToolOutput {
                    call_id,
                    name: call_name(history, call_id),
                    text: content_text(item.get("output")),
                })
            }
            _ => None,
        })
        .collect();
    outputs.reverse();
    outputs
}

/// Whether the input ends with a request to compact the conversation.
pub(crate) fn wants_compaction(history: &[Value]) -> bool {
    history.last().and_then(|item| field(item, "type")) == Some("compaction_trigger")
}

/// Whether a call with this id is in the conversation.
pub(crate) fn has_call(history: &[Value], call_id: &str) -> bool {
    history.iter().any(|item| is_call(item) && field(item, "call_id") == Some(call_id))
}

fn call_name<'a>(history: &'a [Value], call_id: &str) -> Option<&'a str> {
    let call = history.iter().find(|item| is_call(item) && field(item, "call_id") == Some(call_id))?;
    field(call, "name")
}

fn is_call(item: &Value) -> bool {
    matches!(field(item, "type"), Some("function_call" | "custom_tool_call"))
}

/// Text of a string, or of the text parts of an array.
fn content_text(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| field(part, "text")).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

fn field<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name).and_then(Value::as_str)
}
