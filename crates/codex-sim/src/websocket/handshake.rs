//! The opening handshake: is it one, and what is answered.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Version};

use super::deflate::DeflateParameters;
use crate::failure::Failure;

/// Joined to the client's key before the digest (RFC 6455, 1.3).
const ACCEPT_SUFFIX: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The subprotocol of realtime connections; the others a browser offers carry its credentials.
const REALTIME_PROTOCOL: &str = "realtime";

/// A handshake that can be accepted.
#[derive(Debug, Clone)]
pub(crate) struct Handshake {
    pub(crate) deflate: Option<DeflateParameters>,
    accept: String,
    protocol: Option<&'static str>,
}

/// Whether a request asks for a WebSocket.
pub(crate) fn is_upgrade<B>(request: &Request<B>) -> bool {
    request.version() == Version::HTTP_11
        && request.method() == Method::GET
        && names(request.headers(), &UPGRADE, "websocket")
}

impl Handshake {
    /// Reads the client's half. `deflate` says whether compression may be agreed on.
    pub(crate) fn read(headers: &HeaderMap, deflate: bool) -> Result<Self, Box<Failure>> {
        let bad = |message: &str| Box::new(Failure::new(400).kind("invalid_request_error").message(message));
        if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            let failure = bad("Only version 13 of the WebSocket protocol is spoken here.");
            return Err(Box::new(failure.header("sec-websocket-version", "13")));
        }
        let key = headers.get(SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok()).unwrap_or_default();
        if STANDARD.decode(key).map_or(0, |nonce| nonce.len()) != 16 {
            return Err(bad("The header Sec-WebSocket-Key must hold 16 bytes in base64."));
        }
        let offers: Vec<&str> = headers
            .get_all(SEC_WEBSOCKET_EXTENSIONS)
            .iter()
            .filter_map(|offer| offer.to_str().ok())
            .collect();
        Ok(Self {
            deflate: deflate.then(|| DeflateParameters::negotiate(&offers.join(","))).flatten(),
            accept: accept(key),
            protocol: names(headers, &SEC_WEBSOCKET_PROTOCOL, REALTIME_PROTOCOL).then_some(REALTIME_PROTOCOL),
        })
    }

    /// Adds the server's half to the headers of the answer.
    pub(crate) fn answer(&self, headers: &mut HeaderMap) {
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        let mut insert = |name, value: &str| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        insert(SEC_WEBSOCKET_ACCEPT, &self.accept);
        if let Some(deflate) = self.deflate {
            insert(SEC_WEBSOCKET_EXTENSIONS, &deflate.answer());
        }
        if let Some(protocol) = self.protocol {
            insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        }
    }
}

/// Whether a header lists a word, in any case.
fn names(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|found| found.trim().eq_ignore_ascii_case(word))
}

fn accept(key: &str) -> String {
    let mut digest = sha1_smol::Sha1::new();
    digest.update(key.as_bytes());
    digest.update(ACCEPT_SUFFIX.as_bytes());
    STANDARD.encode(digest.digest().bytes())
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn the_key_of_the_standard_is_accepted() {
        // RFC 6455, 1.3.
        assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn bad_handshakes_are_refused() {
        let cases =
            [(None, "13", 400), (Some("c2hvcnQ="), "13", 400), (Some("dGhlIHNhbXBsZSBub25jZQ=="), "8", 400)];
        for (key, version, status) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static(version));
            if let Some(key) = key {
                headers.insert(SEC_WEBSOCKET_KEY, HeaderValue::from_static(key));
            }
            assert_eq!(Handshake::read(&headers, true).unwrap_err().status, status, "{key:?} {version}");
        }
    }
}
