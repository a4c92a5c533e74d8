//! `POST /oauth/revoke`: a token that shall work no longer (RFC 7009: an unknown one is no error).

use serde_json::json;

use super::token_body::refusal;
use super::{RootAnswer, RootRequest};
use crate::failure::Failure;

pub(super) fn answer(request: &RootRequest<'_>) -> Result<RootAnswer, Box<Failure>> {
    let body = request.json()?;
    let mut authority = request.exchange.world.authority();
    let token = body.required("token")?;
    match body.text("token_type_hint") {
        // An access token comes without a client id.
        None | Some("access_token") => {}
        Some("refresh_token") => body.check_client(&authority.oauth().client_id)?,
        Some(_) => return Err(refusal("unsupported_token_type", "Revoke an access or a refresh token.")),
    }
    authority.revoke(token);
    Ok(RootAnswer::json(&json!({})))
}
