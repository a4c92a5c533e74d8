//! `POST /responses/{id}/cancel`: stops a response that runs in the background.

use std::collections::BTreeMap;

use super::PlainAnswer;
use super::stored_response::not_found;
use crate::exchange::Exchange;
use crate::failure::Failure;

pub(super) fn answer(exchange: &Exchange<'_>, id: &str) -> Result<PlainAnswer, Box<Failure>> {
    let conversations = exchange.world.conversations();
    let stored = conversations.get(id).ok_or_else(|| not_found(id))?;
    let Some(run) = &stored.run else {
        let message = "Cannot cancel a synchronous response: it was not created with background=true.";
        return Err(Box::new(Failure::new(400).kind("invalid_request_error").message(message)));
    };
    run.cancel();
    Ok(PlainAnswer { json: stored.object(), headers: BTreeMap::new() })
}
