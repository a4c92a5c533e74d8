//! Reads request bodies: size limit, compression, JSON.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
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

/// Undoes the `content-encoding: zstd` of a request to the service.
pub(crate) fn decompress(
    headers: &HeaderMap,
    bytes: Bytes,
    settings: &Settings,
) -> Result<Bytes, Box<Failure>> {
    match (encoding(headers).as_deref(), settings.zstd) {
        (Some(b"gzip"), _) | (Some(b"zstd"), ZstdBodies::UnsupportedMediaType) => Err(unsupported()),
        (Some(b"zstd"), ZstdBodies::BadRequest) => Err(Box::new(not_json())),
        _ => unpack(headers, bytes, settings.body_limit),
    }
}

/// Undoes `content-encoding`, gzip or zstd.
pub(crate) fn unpack(headers: &HeaderMap, bytes: Bytes, limit: usize) -> Result<Bytes, Box<Failure>> {
    match encoding(headers).as_deref() {
        None | Some(b"identity") => Ok(bytes),
        Some(b"zstd") => inflate(zstd::stream::read::Decoder::new(&bytes[..]), limit),
        Some(b"gzip") => inflate(Ok(MultiGzDecoder::new(&bytes[..])), limit),
        Some(_) => Err(unsupported()),
    }
}

/// The content type without its parameters, in lower case.
pub(crate) fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Parses a body that must be a JSON object of type `application/json`.
pub(crate) fn parse(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>, Box<Failure>> {
    let content_type = content_type(headers);
    if content_type != "application/json" {
        let message = format!("Unsupported content type: '{content_type}'. Send 'application/json'.");
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

fn encoding(headers: &HeaderMap) -> Option<Vec<u8>> {
    headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase())
}

fn unsupported() -> Box<Failure> {
    let failure = Failure::new(415).kind("invalid_request_error").code("unsupported_media_type");
    Box::new(failure.message("Unsupported content encoding."))
}

/// Reads at most `limit` bytes of what a decoder gives.
fn inflate(decoder: io::Result<impl Read>, limit: usize) -> Result<Bytes, Box<Failure>> {
    let mut plain = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
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
