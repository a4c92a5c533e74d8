//! A message as the bytes of a request.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{SendError, grpc, message::Message};
use crate::config::{Compression, Protocol};

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// Bytes of a request.
pub(super) fn encode<M: Message>(
    message: &M,
    protocol: Protocol,
    compression: Compression,
) -> Result<Bytes, SendError> {
    let plain = match protocol {
        Protocol::HttpJson => message.json().map_err(|source| SendError::Json { source })?,
        Protocol::HttpProtobuf | Protocol::Grpc => message.encode_to_vec(),
    };
    let compressed = compression == Compression::Gzip;
    let bytes = if compressed { gzip(&plain).unwrap_or_default() } else { plain };
    Ok(match protocol {
        Protocol::Grpc => grpc::frame(&bytes, compressed),
        Protocol::HttpJson | Protocol::HttpProtobuf => Bytes::from(bytes),
    })
}

/// The headers that say what the bytes are.
pub(super) fn headers(protocol: Protocol, compression: Compression) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let (kind, encoding) = match protocol {
        Protocol::HttpProtobuf => ("application/x-protobuf", header::CONTENT_ENCODING),
        Protocol::HttpJson => ("application/json", header::CONTENT_ENCODING),
        Protocol::Grpc => {
            headers.insert(header::TE, HeaderValue::from_static("trailers"));
            ("application/grpc", HeaderName::from_static("grpc-encoding"))
        }
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if compression == Compression::Gzip {
        headers.insert(encoding, GZIP);
    }
    headers
}

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), flate2::Compression::fast());
    encoder.write_all(plain)?;
    encoder.finish()
}
