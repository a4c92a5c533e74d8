//! `POST /v1/{logs,traces,metrics}`: a collector takes an export (OTLP over HTTP).

use std::collections::HashMap;

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::json;

use super::{RootAnswer, RootRequest};
use crate::answer_head::JSON;
use crate::collector::{TelemetryExport, TelemetrySignal, is_export};
use crate::failure::Failure;
use crate::recorded::safe_headers;
use crate::request_body::content_type;

const PROTOBUF: &str = "application/x-protobuf";

/// Code of `google.rpc.Status` for a request that is wrong.
const INVALID_ARGUMENT: u32 = 3;

pub(super) fn answer(request: &RootRequest<'_>, signal: TelemetrySignal) -> Result<RootAnswer, Box<Failure>> {
    let headers = &request.exchange.inbound.headers;
    let body = request.plain.clone();
    let (content_type, answer) = match content_type(headers).as_str() {
        PROTOBUF if is_export(&body) => (PROTOBUF, Bytes::new()),
        JSON if is_json_object(&body) => (JSON, Bytes::from_static(b"{}")),
        PROTOBUF => return Err(refusal(400, "the body is no protobuf export")),
        JSON => return Err(refusal(400, "the body is no JSON object")),
        _ => return Err(refusal(415, "send application/x-protobuf or application/json")),
    };
    let size = body.len();
    let export = TelemetryExport {
        signal,
        content_type: content_type.to_owned(),
        headers: safe_headers(headers),
        body,
        at: request.at,
    };
    request.exchange.world.telemetry().push(export, size);
    Ok(RootAnswer { content_type, body: answer })
}

fn is_json_object(body: &[u8]) -> bool {
    serde_json::from_slice::<HashMap<String, IgnoredAny>>(body).is_ok()
}

fn refusal(status: u16, message: &str) -> Box<Failure> {
    let body = json!({"code": INVALID_ARGUMENT, "message": message});
    Box::new(Failure::new(status).raw_body(JSON, body.to_string()))
}
