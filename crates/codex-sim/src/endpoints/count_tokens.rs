//! `POST /responses/input_tokens`: how many tokens a request would have.

use std::collections::BTreeMap;

use serde_json::json;

use super::PlainAnswer;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::turn;
use crate::usage::Usage;

pub(super) fn answer(exchange: &mut Exchange<'_>) -> Result<PlainAnswer, Box<Failure>> {
    let world = exchange.world;
    turn::prepare(exchange, |id| world.conversations().get(id).cloned())?;
    let counted = Usage::default().count(&exchange.inbound.history, &[]);
    let json = json!({"object": "response.input_tokens", "input_tokens": counted.input_tokens});
    Ok(PlainAnswer { json: json.to_string().into(), headers: BTreeMap::new() })
}
