//! `POST /api/{project}/envelope/`: a tracker takes an envelope.

use http::HeaderMap;
use http::request::Parts;
use serde_json::{Value, json};

use super::{RootAnswer, RootRequest};
use crate::answer_head::JSON;
use crate::failure::Failure;
use crate::tracker::{Envelope, EnvelopeText, Sentry, parse};

/// Header in which the key comes.
const AUTH_HEADER: &str = "x-sentry-auth";

/// Checks the public key.
pub(super) fn admit(sentry: &Sentry, parts: &Parts) -> Result<(), Box<Failure>> {
    let key = header_key(&parts.headers).or_else(|| query_key(parts.uri.query().unwrap_or_default()));
    match (key, &sentry.public_key) {
        (None, _) => Err(refusal(401, "missing sentry_key in X-Sentry-Auth")),
        (Some(key), Some(expected)) if key != expected => Err(refusal(403, "this public key is not known")),
        (Some(_), _) => Ok(()),
    }
}

pub(super) fn answer(request: &RootRequest<'_>, project: &str) -> Result<RootAnswer, Box<Failure>> {
    let text = parse(&request.plain)
        .map_err(|problem| refusal(if problem.is_size() { 413 } else { 400 }, &problem.to_string()))?;
    let EnvelopeText { header, items } = text;
    let id = header.get("event_id").cloned();
    let envelope = Envelope { project: project.to_owned(), header, items, at: request.at };
    request.exchange.world.envelopes().push(envelope, request.plain.len());
    Ok(RootAnswer::json(&id.map_or_else(|| json!({}), |id: Value| json!({"id": id}))))
}

/// `Sentry sentry_version=7, sentry_client=name/1, sentry_key=…`.
fn header_key(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTH_HEADER)?.to_str().ok()?;
    let fields = value.strip_prefix("Sentry ")?.split(',');
    fields.filter_map(|field| field.trim().strip_prefix("sentry_key=")).find(|key| !key.is_empty())
}

fn query_key(query: &str) -> Option<&str> {
    query.split('&').filter_map(|pair| pair.strip_prefix("sentry_key=")).find(|key| !key.is_empty())
}

fn refusal(status: u16, reason: &str) -> Box<Failure> {
    let failure = Failure::new(status).header("x-sentry-error", reason);
    Box::new(failure.raw_body(JSON, json!({"detail": reason}).to_string()))
}
