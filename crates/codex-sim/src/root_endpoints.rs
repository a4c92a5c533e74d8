//! What stands at the server's root, beside the service: the token authority, a tracker, a collector. None of them
//! asks for a bearer token.

mod collect_telemetry;
mod device_code;
mod oauth_revoke;
mod oauth_token;
mod store_envelope;
mod token_body;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::Value;

use crate::answer_head::{Head, JSON, Signature};
use crate::collector::TelemetrySignal;
use crate::connection::ConnectionControl;
use crate::endpoints::scripted;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::inbound::Inbound;
use crate::playback::Playback;
use crate::recorded::RecordedRequest;
use crate::request_body;
use crate::rule::Rule;
use crate::script::Script;
use crate::service::{Closed, recorded};
use crate::world::World;
use token_body::TokenBody;

/// Where a request to the root goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RootEndpoint {
    OauthToken,
    OauthRevoke,
    DeviceUserCode,
    DeviceToken,
    StoreEnvelope { project: String },
    CollectTelemetry(TelemetrySignal),
}

/// The endpoint of a whole path.
pub(crate) fn find(path: &str) -> Option<RootEndpoint> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    Some(match segments.as_slice() {
        ["oauth", "token"] => RootEndpoint::OauthToken,
        ["oauth", "revoke"] => RootEndpoint::OauthRevoke,
        ["api", "accounts", "deviceauth", "usercode"] => RootEndpoint::DeviceUserCode,
        ["api", "accounts", "deviceauth", "token"] => RootEndpoint::DeviceToken,
        ["api", project, "envelope"] => RootEndpoint::StoreEnvelope { project: (*project).to_owned() },
        ["v1", "logs"] => RootEndpoint::CollectTelemetry(TelemetrySignal::Logs),
        ["v1", "traces"] => RootEndpoint::CollectTelemetry(TelemetrySignal::Traces),
        ["v1", "metrics"] => RootEndpoint::CollectTelemetry(TelemetrySignal::Metrics),
        _ => return None,
    })
}

/// Answers one request.
pub(crate) async fn handle(
    world: &World,
    control: Arc<ConnectionControl>,
    request: Request<Incoming>,
    endpoint: RootEndpoint,
) -> Result<Response<Playback>, Closed> {
    let at = world.started.elapsed();
    let signature = Signature { seed: world.settings.seed, request: world.next_request() };
    let (parts, body) = request.into_parts();
    let limit = match endpoint {
        RootEndpoint::StoreEnvelope { .. } => world.settings.sentry.envelope_limit,
        _ => world.settings.body_limit,
    };
    let read = request_body::read(body, limit).await;
    let body_bytes = read.as_ref().map_or(0, Bytes::len);
    let plain = read.and_then(|bytes| request_body::unpack(&parts.headers, bytes, limit));
    let admitted = admit(world, &endpoint, &parts);
    let fields = plain.as_ref().ok().filter(|_| endpoint.takes_fields());
    world.journal().record(RecordedRequest {
        body: fields.and_then(|bytes| token_body::recorded(&parts.headers, bytes)),
        authorized: admitted.is_ok(),
        body_bytes,
        at,
        connection: control.number(),
        ..recorded(&parts)
    });
    let inbound = inbound(world, parts, signature.request, body_bytes);
    let exchange = Exchange { world, signature, control, inbound };
    match admitted.and(plain) {
        Ok(plain) => RootRequest { exchange, plain, at }.answer(&endpoint).await,
        Err(failure) => Ok(exchange.refuse(&failure)),
    }
}

/// Checks what can be checked before the body is looked at.
fn admit(world: &World, endpoint: &RootEndpoint, parts: &Parts) -> Result<(), Box<Failure>> {
    if parts.method != Method::POST {
        let failure = Failure::new(405).kind("invalid_request_error").code("method_not_supported");
        return Err(Box::new(failure.message("Use POST.").header("allow", "POST")));
    }
    match endpoint {
        RootEndpoint::StoreEnvelope { .. } => store_envelope::admit(&world.settings.sentry, parts),
        _ => Ok(()),
    }
}

fn inbound(world: &World, parts: Parts, number: u64, bytes: usize) -> Inbound {
    let path = parts.uri.path().to_owned();
    Inbound {
        number,
        nth: world.rulebook().count(&path),
        method: parts.method,
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authority: parts.uri.authority().map(ToString::to_string),
        headers: parts.headers,
        bytes,
        ..Inbound::default()
    }
}

impl RootEndpoint {
    /// Whether the body holds fields, as JSON or as a form.
    fn takes_fields(&self) -> bool {
        !matches!(self, Self::StoreEnvelope { .. } | Self::CollectTelemetry(_))
    }
}

/// A request that was read.
struct RootRequest<'a> {
    exchange: Exchange<'a>,
    /// The body, decompressed.
    plain: Bytes,
    at: Duration,
}

/// An answer with status 200.
struct RootAnswer {
    content_type: &'static str,
    body: Bytes,
}

impl RootAnswer {
    fn json(value: &Value) -> Self {
        Self { content_type: JSON, body: Bytes::from(value.to_string()) }
    }
}

impl RootRequest<'_> {
    async fn answer(self, endpoint: &RootEndpoint) -> Result<Response<Playback>, Closed> {
        let exchange = &self.exchange;
        let rule = exchange.rule();
        let delivery = exchange.plain_delivery(rule.as_deref());
        if let Some(answer) = scripted(exchange, rule.as_deref(), &delivery).await {
            return answer;
        }
        let answer = match endpoint {
            RootEndpoint::OauthToken => oauth_token::answer(&self),
            RootEndpoint::OauthRevoke => oauth_revoke::answer(&self),
            RootEndpoint::DeviceUserCode => device_code::give(&self),
            RootEndpoint::DeviceToken => device_code::poll(&self),
            RootEndpoint::StoreEnvelope { project } => store_envelope::answer(&self, project),
            RootEndpoint::CollectTelemetry(signal) => collect_telemetry::answer(&self, *signal),
        };
        match answer {
            Ok(RootAnswer { content_type, body }) => {
                let extra = rule.as_deref().and_then(Rule::headers);
                let head = Head { status: StatusCode::OK, content_type, length: Some(body.len()), extra };
                exchange.deliver(head, Script::whole(body), &delivery).await
            }
            Err(failure) => exchange.fail(&failure, &delivery).await,
        }
    }

    /// The body as JSON fields.
    fn json(&self) -> Result<TokenBody, Box<Failure>> {
        TokenBody::json(&self.exchange.inbound.headers, &self.plain)
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn only_whole_paths_are_found() {
        let envelope = RootEndpoint::StoreEnvelope { project: "7".to_owned() };
        let cases = [
            ("/oauth/token", Some(RootEndpoint::OauthToken)),
            ("/oauth/revoke", Some(RootEndpoint::OauthRevoke)),
            ("/v1/oauth/token", None),
            ("/api/accounts/deviceauth/usercode", Some(RootEndpoint::DeviceUserCode)),
            ("/api/accounts/deviceauth/token", Some(RootEndpoint::DeviceToken)),
            ("/api/7/envelope/", Some(envelope.clone())),
            ("/api/7/envelope", Some(envelope)),
            ("/api/7/store/", None),
            ("/v1/logs", Some(RootEndpoint::CollectTelemetry(TelemetrySignal::Logs))),
            ("/v1/traces", Some(RootEndpoint::CollectTelemetry(TelemetrySignal::Traces))),
            ("/v1/metrics", Some(RootEndpoint::CollectTelemetry(TelemetrySignal::Metrics))),
            ("/logs", None),
            ("/v1/models", None),
            ("/", None),
        ];
        for (path, endpoint) in cases {
            assert_eq!(find(path), endpoint, "{path}");
        }
    }
}
