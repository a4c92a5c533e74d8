//! `POST /responses/compact`: a conversation, made shorter.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::PlainAnswer;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::item::Item;
use crate::prompt;
use crate::request_check::{check_type, invalid, missing};
use crate::rule::{Answer, Rule};
use crate::scenario::UnknownParameters;
use crate::turn;
use crate::usage::Usage;

/// Longest `input`, in characters.
const MAX_INPUT: usize = 10_485_760;

/// Longest `prompt_cache_key`, in characters.
const MAX_CACHE_KEY: usize = 64;

/// Hex digits of the made-up encrypted content.
const ENCRYPTED_DIGITS: usize = 96;

/// Parameters of the public request, and those that only Codex sends.
const PARAMETERS: &[&str] = &[
    "image",
    "input",
    "instructions",
    "model",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "service_tier",
    "text",
    "tools",
];

pub(super) fn answer(exchange: &Exchange<'_>, rule: Option<&Rule>) -> Result<PlainAnswer, Box<Failure>> {
    let body = &exchange.inbound.body;
    check(body, exchange.world.settings.unknown_parameters)?;
    let world = exchange.world;
    let number = exchange.inbound.number;
    let mut history = match turn::previous_response_id(body) {
        Some(id) => {
            let stored = world.conversations().get(id).map(|stored| stored.history.clone());
            stored.ok_or_else(|| turn::previous_response_not_found(id))?
        }
        None => Vec::new(),
    };
    history.extend(prompt::input_items(body.get("input")));
    let mut ids = Ids::for_request(world.settings.seed, number);
    let id = ids.next("resp_");
    let (output, usage) = match rule.map(|rule| &rule.answer) {
        // What a rule replies is the whole output.
        Some(Answer::Reply(reply)) => (turn::fill(exchange, reply).output(), reply.usage),
        _ => (shortened(&history, &mut ids), Usage::default()),
    };
    let items: Vec<Item> = output.iter().cloned().map(Item::Given).collect();
    let json = json!({
        "id": id,
        "object": "response.compaction",
        "created_at": world.settings.calendar.created_at(number),
        "output": output,
        "usage": usage.count(&history, &items),
    });
    Ok(PlainAnswer { json: json.to_string().into(), headers: BTreeMap::new() })
}

fn check(body: &Map<String, Value>, unknown: UnknownParameters) -> Result<(), Box<Failure>> {
    // `null` is legal, but there is nothing to compact with.
    if body.get("model").is_none_or(Value::is_null) {
        return Err(missing("model"));
    }
    for name in ["model", "input", "instructions", "previous_response_id", "prompt_cache_key", "service_tier"]
    {
        if !body.get(name).is_none_or(Value::is_null) {
            check_type(body, name)?;
        }
    }
    if unknown == UnknownParameters::Reject
        && let Some(name) = body.keys().find(|name| !PARAMETERS.contains(&name.as_str()))
    {
        return Err(invalid("unknown_parameter", name, &format!("Unknown parameter: '{name}'.")));
    }
    for (name, most) in [("input", MAX_INPUT), ("prompt_cache_key", MAX_CACHE_KEY)] {
        let text = body.get(name).and_then(Value::as_str).unwrap_or_default();
        if text.len() > most && text.chars().count() > most {
            let message = format!("Invalid '{name}': string too long. Expected at most {most} characters.");
            return Err(invalid("string_above_max_length", name, &message));
        }
    }
    Ok(())
}

/// The messages of the user, then one compaction item.
fn shortened(history: &[Value], ids: &mut Ids) -> Vec<Value> {
    let messages = history.iter().filter(|item| item.get("role").and_then(Value::as_str) == Some("user"));
    let mut output: Vec<Value> = messages
        .map(|message| {
            let content = match message.get("content") {
                Some(Value::String(text)) => json!([{"type": "input_text", "text": text}]),
                Some(parts) => parts.clone(),
                None => json!([]),
            };
            let id = message.get("id").cloned().unwrap_or_else(|| json!(ids.next("msg_")));
            json!({"id": id, "type": "message", "status": "completed", "role": "user", "content": content})
        })
        .collect();
    output.push(json!({
        "id": ids.next("cmp_"),
        "type": "compaction",
        "encrypted_content": ids.sized("gAAAAAB", ENCRYPTED_DIGITS),
    }));
    output
}
