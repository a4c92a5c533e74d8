//! `GET` and `DELETE /responses/{id}`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;
use serde_json::json;

use super::PlainAnswer;
use crate::exchange::Exchange;
use crate::failure::Failure;

pub(super) fn answer(exchange: &Exchange<'_>, id: &str) -> Result<PlainAnswer, Box<Failure>> {
    let mut conversations = exchange.world.conversations();
    let json = if exchange.inbound.method == Method::DELETE {
        let deleted = json!({"id": id, "object": "response", "deleted": true});
        conversations.remove(id).map(|_| Bytes::from(deleted.to_string()))
    } else {
        conversations.get(id).map(|stored| stored.json.clone())
    };
    drop(conversations);
    let Some(json) = json else {
        let failure = Failure::new(404).kind("invalid_request_error").param("id");
        return Err(Box::new(failure.message(format!("Response with id '{id}' not found."))));
    };
    Ok(PlainAnswer { json, headers: BTreeMap::new() })
}
