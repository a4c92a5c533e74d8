//! Pure function: frames as bytes, and decoders fed with them.

use bytes::{Bytes, BytesMut};
use codex_client::{
    DeflateParams, ResponseHead, WebSocketDecoder, WebSocketEncoder, WebSocketError, WebSocketIncoming,
    WebSocketLimits, WebSocketMessage, WebSocketRole,
};
use http::{HeaderMap, StatusCode};

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;
pub(crate) const FIN: u8 = 0x80;
pub(crate) const RSV1: u8 = 0x40;

/// A frame of a server, with the shortest length.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..=125 => bytes.push(length as u8),
        length @ 126..=65535 => {
            bytes.push(126);
            bytes.extend((length as u16).to_be_bytes());
        }
        length => {
            bytes.push(127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend(payload);
    bytes
}

pub(crate) fn decoder(deflate: Option<DeflateParams>) -> WebSocketDecoder {
    WebSocketDecoder::new(WebSocketRole::Client, WebSocketLimits::default(), deflate)
}

/// All that comes out, and the error that ended it, if one did.
pub(crate) fn drain(decoder: &mut WebSocketDecoder) -> (Vec<WebSocketIncoming>, Option<WebSocketError>) {
    let mut found = Vec::new();
    loop {
        match decoder.next() {
            Ok(Some(item)) => found.push(item),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error)),
        }
    }
}

/// Decodes bytes that come in pieces of at most `piece` bytes.
pub(crate) fn decode_in(
    decoder: &mut WebSocketDecoder,
    bytes: &[u8],
    piece: usize,
) -> (Vec<WebSocketIncoming>, Option<WebSocketError>) {
    let mut found = Vec::new();
    for chunk in bytes.chunks(piece) {
        decoder.push(Bytes::copy_from_slice(chunk));
        let (more, error) = drain(decoder);
        found.extend(more);
        if error.is_some() {
            return (found, error);
        }
    }
    (found, None)
}

/// Decodes bytes of a server without compression: in one piece, byte by byte, and all at once but pushed byte
/// by byte. The three must agree.
pub(crate) fn decode(bytes: &[u8]) -> (Vec<WebSocketIncoming>, Option<WebSocketError>) {
    let whole = decode_in(&mut decoder(None), bytes, bytes.len().max(1));
    assert_eq!(whole, decode_in(&mut decoder(None), bytes, 1), "byte by byte");
    let mut queued = decoder(None);
    for byte in bytes {
        queued.push(Bytes::copy_from_slice(&[*byte]));
    }
    assert_eq!(whole, drain(&mut queued), "pushed byte by byte, then taken");
    whole
}

pub(crate) fn text(text: &str) -> WebSocketIncoming {
    WebSocketIncoming::Message(WebSocketMessage::Text(text.to_owned().into()))
}

pub(crate) fn binary(bytes: &[u8]) -> WebSocketIncoming {
    WebSocketIncoming::Message(WebSocketMessage::Binary(Bytes::copy_from_slice(bytes)))
}

/// What an encoder makes of one call.
pub(crate) fn encode(
    encoder: &mut WebSocketEncoder,
    call: impl FnOnce(&mut WebSocketEncoder, &mut BytesMut) -> Result<(), WebSocketError>,
) -> BytesMut {
    let mut out = BytesMut::new();
    call(encoder, &mut out).unwrap();
    out
}

pub(crate) fn head() -> ResponseHead {
    let url = "http://service.example/".parse().unwrap();
    ResponseHead::new(StatusCode::SWITCHING_PROTOCOLS, HeaderMap::new(), url)
}
