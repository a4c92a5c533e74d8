//! `POST /api/accounts/deviceauth/{usercode,token}`: how a device asks for a code, and whether it was confirmed.

use serde_json::json;

use super::token_body::refusal;
use super::{RootAnswer, RootRequest};
use crate::failure::Failure;
use crate::oauth::Poll;

/// Gives a code.
pub(super) fn give(request: &RootRequest<'_>) -> Result<RootAnswer, Box<Failure>> {
    let body = request.json()?;
    let mut authority = request.exchange.world.authority();
    body.check_client(&authority.oauth().client_id)?;
    let Some(code) = authority.device_code(request.at) else {
        let failure = Failure::new(404).kind("invalid_request_error").code("device_code_disabled");
        return Err(Box::new(failure.message("Device codes are not enabled here.")));
    };
    let mut answer = json!({"device_auth_id": code.device_auth_id, "user_code": code.user_code});
    if let (Some(fields), Some(interval)) = (answer.as_object_mut(), &authority.oauth().device.interval) {
        fields.insert("interval".to_owned(), json!(interval));
    }
    Ok(RootAnswer::json(&answer))
}

/// Tells whether a code was confirmed.
pub(super) fn poll(request: &RootRequest<'_>) -> Result<RootAnswer, Box<Failure>> {
    let body = request.json()?;
    let (id, user_code) = (body.required("device_auth_id")?, body.required("user_code")?);
    let mut authority = request.exchange.world.authority();
    match authority.poll(id, user_code, request.at) {
        Poll::Confirmed(code) => Ok(RootAnswer::json(&json!({
            "authorization_code": code.authorization_code,
            "code_challenge": code.code_challenge,
            "code_verifier": code.code_verifier,
        }))),
        Poll::Pending => {
            let failure = Failure::new(authority.oauth().device.pending_status);
            let failure = failure.kind("invalid_request_error").code("deviceauth_authorization_pending");
            Err(Box::new(failure.message("The code was not confirmed yet.")))
        }
        // Neither 403 nor 404: a device would go on asking.
        Poll::Unknown => Err(refusal("expired_token", "The code is not known, or has expired.")),
    }
}
