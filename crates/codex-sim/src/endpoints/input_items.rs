//! `GET /responses/{id}/input_items`: what a response was made from, page by page.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::PlainAnswer;
use super::stored_response::not_found;
use crate::exchange::Exchange;
use crate::failure::Failure;

/// Items a page when the request does not say.
const DEFAULT_LIMIT: usize = 20;

/// Most items a page.
const MAX_LIMIT: usize = 100;

pub(super) fn answer(exchange: &Exchange<'_>, id: &str) -> Result<PlainAnswer, Box<Failure>> {
    let inbound = &exchange.inbound;
    let limit = match inbound.query("limit") {
        None => DEFAULT_LIMIT,
        Some(limit) => limit
            .parse()
            .ok()
            .filter(|limit| (1..=MAX_LIMIT).contains(limit))
            .ok_or_else(|| invalid("limit", &format!("expected 1 to {MAX_LIMIT}")))?,
    };
    let conversations = exchange.world.conversations();
    let stored = conversations.get(id).ok_or_else(|| not_found(id))?;
    let mut items: Vec<Value> =
        stored.input().iter().enumerate().map(|(index, item)| listed(item, id, index)).collect();
    drop(conversations);
    match inbound.query("order") {
        None | Some("desc") => items.reverse(),
        Some("asc") => {}
        Some(_) => return Err(invalid("order", "expected 'asc' or 'desc'")),
    }
    if let Some(after) = inbound.query("after") {
        let position = items.iter().position(|item| item["id"] == after);
        let position = position.ok_or_else(|| invalid("after", "no such item"))?;
        items.drain(..=position);
    }
    let has_more = items.len() > limit;
    items.truncate(limit);
    let id_of = |item: Option<&Value>| item.map_or(Value::Null, |item| item["id"].clone());
    let json = json!({
        "object": "list",
        "first_id": id_of(items.first()),
        "last_id": id_of(items.last()),
        "has_more": has_more,
        "data": items,
    });
    Ok(PlainAnswer { json: json.to_string().into(), headers: BTreeMap::new() })
}

/// An item as the service lists it: with an id, a message with a type, a status and parts.
fn listed(item: &Value, response: &str, index: usize) -> Value {
    let mut item = item.clone();
    let Some(fields) = item.as_object_mut() else { return item };
    if fields.contains_key("role") {
        fields.entry("type").or_insert_with(|| json!("message"));
        fields.entry("status").or_insert_with(|| json!("completed"));
        if let Some(text) = fields.get("content").and_then(Value::as_str) {
            let content = json!([{"type": "input_text", "text": text}]);
            fields.insert("content".to_owned(), content);
        }
    }
    let own = response.trim_start_matches("resp_");
    fields.entry("id").or_insert_with(|| json!(format!("item_{index:04}{own}")));
    item
}

fn invalid(param: &str, expected: &str) -> Box<Failure> {
    Box::new(Failure::invalid_request(param, format!("Invalid '{param}': {expected}.")).code("invalid_value"))
}
