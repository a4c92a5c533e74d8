//! Reads request bodies: size limit, compression, JSON.

use std::io::Read;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::scenario::{Settings, ZstdBodies};

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(body: Incoming, limit: usize) -> Result<Bytes, Box<Failure>> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Box::new(too_large(limit))),
        Err(_) => Err(Box::new(
            Failure::new(400).kind("invalid_request_error").message("The request body ended early."),
        )),
    }
}

/// Undoes `content-encoding: zstd`.
pub(crate) fn decompress(
    headers: &HeaderMap,
    bytes: Bytes,
    settings: &Settings,
) -> Result<Bytes, Box<Failure>> {
    let encoding = headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
    match (encoding.as_deref(), settings.zstd) {
        (None | Some(b"identity"), _) => Ok(bytes),
        (Some(b"zstd"), ZstdBodies::Accept) => unpack(&bytes, settings.body_limit),
        (Some(b"zstd"), ZstdBodies::BadRequest) => Err(Box::new(not_json())),
        _ => Err(Box::new(
            Failure::new(415)
                .kind("invalid_request_error")
                .code("unsupported_media_type")
                .message("Unsupported content encoding."),
        )),
    }
}

/// Parses a body that must be a JSON object of type `application/json`.
pub(crate) fn parse(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>, Box<Failure>> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let message = format!("Unsupported content type: '{essence}'. Send 'application/json'.");
        let failure = Failure::new(415).kind("invalid_request_error").code("unsupported_content_type");
        return Err(Box::new(failure.message(message)));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Box::new(
            Failure::new(400)
                .kind("invalid_request_error")
                .message("The request body must be a JSON object."),
        )),
        Err(_) => Err(Box::new(not_json())),
    }
}

fn unpack(bytes: &[u8], limit: usize) -> Result<Bytes, Box<Failure>> {
    let mut plain = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    zstd::stream::read::Decoder::new(bytes)
        .and_then(|decoder| decoder.take(bound).read_to_end(&mut plain))
        .map_err(|_| Box::new(not_json()))?;
    if plain.len() > limit { Err(Box::new(too_large(limit))) } else { Ok(Bytes::from(plain)) }
}

fn too_large(limit: usize) -> Failure {
    Failure::new(413)
        .kind("invalid_request_error")
        .code("request_too_large")
        .message(format!("The request body is larger than {limit} bytes."))
}

fn not_json() -> Failure {
    Failure::new(400)
        .kind("invalid_request_error")
        .message("We could not parse the JSON body of your request. The API expects a JSON payload.")
}
