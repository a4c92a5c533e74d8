//! The items of a realtime conversation.

use serde_json::{Map, Value, json};

use super::client_event::Problem;
use crate::ids::Ids;

/// Most items of a conversation; the oldest goes first.
const MAX_ITEMS: usize = 1_000;

/// Hex digits of an item's id.
const ITEM_DIGITS: usize = 21;

/// The items of one conversation, in order.
#[derive(Debug, Default)]
pub(crate) struct Items {
    items: Vec<Value>,
}

impl Items {
    /// Adds an item at the end; the id of the one before it.
    pub(crate) fn push(&mut self, item: Value) -> Value {
        let previous = self.last_id();
        self.items.push(item);
        self.make_room();
        previous
    }

    fn make_room(&mut self) {
        if self.items.len() > MAX_ITEMS {
            self.items.remove(0);
        }
    }

    /// Adds an item after another one: `root` is the beginning.
    pub(crate) fn insert(&mut self, item: Value, after: Option<&str>) -> Result<Value, Problem> {
        let Some(after) = after else { return Ok(self.push(item)) };
        let place = match after {
            "root" => 0,
            id => self.position(id, "previous_item_id")? + 1,
        };
        self.items.insert(place, item);
        self.make_room();
        Ok(if place == 0 { Value::Null } else { Value::from(after) })
    }

    pub(crate) fn get(&self, id: &str) -> Result<&Value, Problem> {
        let position = self.position(id, "item_id")?;
        Ok(&self.items[position])
    }

    pub(crate) fn remove(&mut self, id: &str) -> Result<(), Problem> {
        let position = self.position(id, "item_id")?;
        self.items.remove(position);
        Ok(())
    }

    pub(crate) fn has_call(&self, call_id: &str) -> bool {
        self.items.iter().any(|item| item["type"] == "function_call" && item["call_id"] == call_id)
    }

    pub(crate) fn last_id(&self) -> Value {
        self.items.last().map_or(Value::Null, |item| item["id"].clone())
    }

    /// The conversation as a request's input: what was spoken counts as text.
    pub(crate) fn history(&self) -> Vec<Value> {
        let written = |item: &Value| {
            let mut item = item.clone();
            let parts = item.get_mut("content").and_then(Value::as_array_mut);
            for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
                if let Some(transcript) = part.get("transcript").cloned() {
                    part.entry("text").or_insert(transcript);
                }
            }
            item
        };
        self.items.iter().map(written).collect()
    }

    fn position(&self, id: &str, param: &str) -> Result<usize, Problem> {
        self.items.iter().position(|item| item["id"] == id).ok_or_else(|| {
            Problem::new("item_not_found", format!("Item with id '{id}' not found.")).param(param)
        })
    }
}

/// A fresh id.
pub(crate) fn item_id(ids: &mut Ids) -> String {
    ids.sized("item_", ITEM_DIGITS)
}

/// The item that a client creates, with what it leaves out.
pub(crate) fn created(item: &Map<String, Value>, items: &Items, ids: &mut Ids) -> Result<Value, Problem> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    match text("type").ok_or_else(|| Problem::missing("item.type"))? {
        "message" => message(item)?,
        "function_call" => {
            text("name").ok_or_else(|| Problem::missing("item.name"))?;
        }
        "function_call_output" => {
            let call_id = text("call_id").ok_or_else(|| Problem::missing("item.call_id"))?;
            if !items.has_call(call_id) {
                let message = format!("No tool call found for call_id '{call_id}'.");
                return Err(Problem::new("invalid_tool_call_id", message).param("item.call_id"));
            }
        }
        "mcp_approval_response" => {}
        other => return Err(Problem::invalid("item.type", &format!("'{other}' is no type of an item"))),
    }
    if let Some(id) = text("id").filter(|id| items.get(id).is_ok()) {
        return Err(Problem::invalid("item.id", &format!("the conversation has an item '{id}'")));
    }
    let mut item = Value::Object(item.clone());
    if item["id"].is_null() {
        item["id"] = json!(item_id(ids));
    }
    item["object"] = json!("realtime.item");
    item["status"] = json!("completed");
    Ok(item)
}

fn message(item: &Map<String, Value>) -> Result<(), Problem> {
    let role = item.get("role").and_then(Value::as_str).ok_or_else(|| Problem::missing("item.role"))?;
    let content = item.get("content").and_then(Value::as_array);
    let allowed: &[&str] = match role {
        "user" => &["input_text", "input_audio", "input_image"],
        "system" => &["input_text"],
        "assistant" => &["output_text", "output_audio"],
        _ => {
            return Err(Problem::invalid(
                "item.role",
                "supported values are 'user', 'assistant' and 'system'",
            ));
        }
    };
    for (index, part) in content.ok_or_else(|| Problem::missing("item.content"))?.iter().enumerate() {
        let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
        if !allowed.contains(&kind) {
            let expected = format!("'{kind}' is no content of a message of role '{role}'");
            return Err(Problem::invalid(&format!("item.content[{index}].type"), &expected));
        }
    }
    Ok(())
}

/// The item of something that the user said.
pub(crate) fn spoken(id: &str) -> Value {
    json!({
        "id": id,
        "object": "realtime.item",
        "type": "message",
        "status": "completed",
        "role": "user",
        "content": [{"type": "input_audio", "transcript": null}],
    })
}
