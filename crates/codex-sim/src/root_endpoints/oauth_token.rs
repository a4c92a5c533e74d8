//! `POST /oauth/token`: a refresh as JSON, or the exchange of an authorization code as a form.

use http::header::HOST;
use serde_json::json;

use super::token_body::{TokenBody, is_form, refusal};
use super::{RootAnswer, RootRequest};
use crate::failure::Failure;
use crate::inbound::Inbound;
use crate::oauth::{Login, RefreshRefusal, RefreshState};

/// Path of the redirect that a device names.
const CALLBACK: &str = "/deviceauth/callback";

pub(super) fn answer(request: &RootRequest<'_>) -> Result<RootAnswer, Box<Failure>> {
    let headers = &request.exchange.inbound.headers;
    let login = if is_form(headers) {
        exchange(request, &TokenBody::form(headers, &request.plain)?)?
    } else {
        refresh(request, &request.json()?)?
    };
    Ok(RootAnswer::json(&json!({
        "id_token": login.id_token,
        "access_token": login.access_token,
        "refresh_token": login.refresh_token,
        "token_type": "Bearer",
    })))
}

fn refresh(request: &RootRequest<'_>, body: &TokenBody) -> Result<Login, Box<Failure>> {
    let mut authority = request.exchange.world.authority();
    body.check_client(&authority.oauth().client_id)?;
    match body.required("grant_type")? {
        "refresh_token" => {}
        "authorization_code" => return Err(refusal("invalid_request", "Send the code as a form.")),
        _ => return Err(unsupported_grant()),
    }
    let token = body.required("refresh_token")?;
    authority.refresh(token, request.at).map_err(|refused| match refused {
        RefreshRefusal::Spent(RefreshState::Expired) => {
            unauthorized("refresh_token_expired", "Your refresh token has expired. Sign in again.")
        }
        RefreshRefusal::Spent(RefreshState::Invalidated) => {
            unauthorized("refresh_token_invalidated", "Your refresh token was revoked. Sign in again.")
        }
        RefreshRefusal::Spent(_) => {
            unauthorized("refresh_token_reused", "Your refresh token was already used. Sign in again.")
        }
        RefreshRefusal::Unknown => unauthorized("invalid_grant", "This refresh token is not known."),
    })
}

fn exchange(request: &RootRequest<'_>, body: &TokenBody) -> Result<Login, Box<Failure>> {
    let mut authority = request.exchange.world.authority();
    match body.required("grant_type")? {
        "authorization_code" => {}
        "refresh_token" => return Err(refusal("invalid_request", "Send the refresh token as JSON.")),
        _ => return Err(unsupported_grant()),
    }
    body.check_client(&authority.oauth().client_id)?;
    if !is_callback(body.required("redirect_uri")?, &request.exchange.inbound) {
        let description = "The `redirect_uri` is not this server's /deviceauth/callback.";
        return Err(refusal("invalid_request", description));
    }
    let (code, verifier) = (body.required("code")?, body.required("code_verifier")?);
    let login = authority.exchange(code, verifier, request.at);
    login.ok_or_else(|| refusal("invalid_grant", "The code or its verifier is not known, or it was used."))
}

/// Whether a URI is the callback below the address that the client asks.
fn is_callback(uri: &str, inbound: &Inbound) -> bool {
    let host = inbound.headers.get(HOST).and_then(|host| host.to_str().ok());
    let Some(host) = host.or(inbound.authority.as_deref()) else { return false };
    let below_scheme = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"));
    below_scheme.and_then(|rest| rest.strip_prefix(host)).is_some_and(|path| path == CALLBACK)
}

fn unsupported_grant() -> Box<Failure> {
    refusal("unsupported_grant_type", "Send `refresh_token` or `authorization_code`.")
}

fn unauthorized(code: &str, message: &str) -> Box<Failure> {
    Box::new(Failure::new(401).kind("invalid_request_error").code(code).message(message))
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_callback_is_below_the_address_that_was_asked() {
        let cases = [
            ("http://localhost:1/deviceauth/callback", true),
            ("https://localhost:1/deviceauth/callback", true),
            ("http://localhost:1/deviceauth/callback/", false),
            ("http://localhost:12/deviceauth/callback", false),
            ("http://other:1/deviceauth/callback", false),
            ("localhost:1/deviceauth/callback", false),
        ];
        let mut over_http_1 = Inbound::default();
        over_http_1.headers.insert(HOST, HeaderValue::from_static("localhost:1"));
        let over_http_2 = Inbound { authority: Some("localhost:1".to_owned()), ..Inbound::default() };
        for (uri, expected) in cases {
            assert_eq!(is_callback(uri, &over_http_1), expected, "{uri}");
            assert_eq!(is_callback(uri, &over_http_2), expected, "{uri}");
            assert!(!is_callback(uri, &Inbound::default()));
        }
    }
}
