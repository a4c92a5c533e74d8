//! The way of a request through the simulator: read, authorize, record, route, answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Method, Request, Response};
use hyper::body::Incoming;
use serde_json::Map;

use crate::answer_head::Signature;
use crate::connection::ConnectionControl;
use crate::endpoints::{self, Endpoint};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::handshake;
use crate::inbound::Inbound;
use crate::playback::Playback;
use crate::recorded::{RecordedRequest, safe_headers};
use crate::replay;
use crate::request_body;
use crate::root_endpoints;
use crate::socket::SocketHead;
use crate::transport::Transport;
use crate::websocket::is_upgrade;
use crate::world::World;

/// Base paths below which the same endpoints are found; longer ones first.
const BASE_PATHS: &[&str] = &["/backend-api/codex", "/openai/v1", "/v1"];

/// The scenario closes the connection instead of answering.
#[derive(Debug, thiserror::Error)]
#[error("the scenario closes this connection without an answer")]
pub(crate) struct Closed;

/// Answers one request.
pub(crate) async fn handle(
    world: &World,
    control: Arc<ConnectionControl>,
    request: Request<Incoming>,
) -> Result<Response<Playback>, Closed> {
    if let Some(replay) = &world.replay {
        // Rare, and large: it need not weigh on the others.
        return Box::pin(replay::answer(world, replay, control, request)).await;
    }
    let at = world.started.elapsed();
    if is_upgrade(&request) {
        return handshake::handle(world, control, request, at).await;
    }
    if let Some(endpoint) = root_endpoints::find(request.uri().path()) {
        // An answer to a request here is rare, and large: it need not weigh on the others.
        return Box::pin(root_endpoints::handle(world, control, request, endpoint)).await;
    }
    let signature = Signature { seed: world.settings.seed, request: world.next_request() };
    let (mut parts, body) = request.into_parts();
    let record = recorded(&parts);
    world.strip(&mut parts.headers);
    let read = request_body::read(body, world.settings.body_limit).await;
    let authorization = world.authorize(&parts.headers, below_base(parts.uri.path()), at);

    let body_bytes = read.as_ref().map_or(0, Bytes::len);
    let plain = read.and_then(|bytes| request_body::decompress(&parts.headers, bytes, &world.settings));
    world.journal().record(RecordedRequest {
        body: plain.as_ref().ok().and_then(|bytes| serde_json::from_slice(bytes).ok()),
        authorized: authorization.is_ok(),
        body_bytes,
        at,
        connection: control.number(),
        ..record
    });
    let mut inbound = Inbound {
        number: signature.request,
        method: parts.method,
        path: below_base(parts.uri.path()).to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        bytes: body_bytes,
        ..Inbound::default()
    };
    let accepted = match authorization {
        Ok(()) => accept(&mut inbound, plain),
        Err(refusal) => Err(refusal),
    };
    inbound.nth = world.rulebook().count(&inbound.path);
    let exchange = Exchange { world, signature, control, inbound };
    match accepted {
        Ok(endpoint) => endpoints::answer(exchange, endpoint).await,
        Err(failure) => Ok(exchange.refuse(&failure)),
    }
}

/// What is remembered of a request's head.
pub(crate) fn recorded(parts: &Parts) -> RecordedRequest {
    RecordedRequest {
        transport: Transport::Http,
        connection: 0,
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: safe_headers(&parts.headers),
        authorization_sent: parts.headers.contains_key(AUTHORIZATION),
        authorized: false,
        body: None,
        body_bytes: 0,
        at: Duration::ZERO,
    }
}

/// The same for a message on a WebSocket, from the head of the handshake.
pub(crate) fn recorded_head(head: &SocketHead) -> RecordedRequest {
    RecordedRequest {
        transport: Transport::Websocket,
        connection: 0,
        method: Method::GET,
        path: head.path.clone(),
        query: head.query.clone(),
        headers: head.recorded_headers.clone(),
        authorization_sent: head.authorization_sent,
        authorized: true,
        body: None,
        body_bytes: 0,
        at: Duration::ZERO,
    }
}

/// Finds the endpoint and parses the body it wants.
fn accept(inbound: &mut Inbound, plain: Result<Bytes, Box<Failure>>) -> Result<Endpoint, Box<Failure>> {
    let endpoint = endpoints::find(&inbound.method, &inbound.path)?;
    let plain = plain?;
    inbound.body =
        if endpoint.wants_body() { request_body::parse(&inbound.headers, &plain)? } else { Map::new() };
    Ok(endpoint)
}

/// The path below the base URL.
pub(crate) fn below_base(path: &str) -> &str {
    BASE_PATHS
        .iter()
        .find_map(|base| path.strip_prefix(base).filter(|rest| rest.starts_with('/')))
        .unwrap_or(path)
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn base_paths_are_optional() {
        let cases = [
            ("/v1/responses", "/responses"),
            ("/responses", "/responses"),
            ("/openai/v1/models", "/models"),
            ("/backend-api/codex/models", "/models"),
            ("/v1models", "/v1models"),
            ("/v1", "/v1"),
            ("/v1/v1/models", "/v1/models"),
        ];
        for (path, below) in cases {
            assert_eq!(below_base(path), below, "{path}");
        }
    }
}
