//! The opening handshake (RFC 6455, section 4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use ring::digest;
use ring::rand::{SecureRandom, SystemRandom};

use super::error::{HandshakeFault, WebSocketError};
use super::extension::{DeflateOffer, DeflateParams};

/// Put behind the key before it is hashed (section 1.3).
const ACCEPT_SALT: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const VERSION: HeaderValue = HeaderValue::from_static("13");
const UPGRADE: HeaderValue = HeaderValue::from_static("Upgrade");
const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");

/// What was asked, to hold the answer against.
#[derive(Debug)]
pub(super) struct Handshake {
    accept: String,
    offer: DeflateOffer,
    protocols: Vec<String>,
}

impl Handshake {
    /// Adds what makes a request a handshake. Subprotocols are the caller's: `sec-websocket-protocol` stays.
    pub(super) fn begin(headers: &mut HeaderMap, offer: DeflateOffer) -> Result<Self, WebSocketError> {
        let mut random = [0; 16];
        SystemRandom::new().fill(&mut random).map_err(|_unspecified| WebSocketError::NoRandomness)?;
        let key = STANDARD.encode(random);
        // Base64 is always a header value.
        let value = HeaderValue::from_str(&key).map_err(|_never| WebSocketError::NoRandomness)?;
        headers.insert(header::CONNECTION, UPGRADE);
        headers.insert(header::UPGRADE, WEBSOCKET);
        headers.insert(header::SEC_WEBSOCKET_VERSION, VERSION);
        headers.insert(header::SEC_WEBSOCKET_KEY, value);
        headers.remove(header::SEC_WEBSOCKET_EXTENSIONS);
        if let Some(value) = offer.header() {
            headers.insert(header::SEC_WEBSOCKET_EXTENSIONS, value);
        }
        let protocols = list(headers, header::SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect();
        Ok(Self { accept: accept_for(key.as_bytes()), offer, protocols })
    }

    /// Checks a head of status 101, and tells how the connection is compressed.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<Option<DeflateParams>, HandshakeFault> {
        if !list(headers, header::UPGRADE).any(|token| token.eq_ignore_ascii_case("websocket")) {
            return Err(HandshakeFault::NoUpgrade);
        }
        if !list(headers, header::CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade")) {
            return Err(HandshakeFault::NoConnectionUpgrade);
        }
        let accept = headers.get(header::SEC_WEBSOCKET_ACCEPT).ok_or(HandshakeFault::NoAccept)?;
        if accept.as_bytes().trim_ascii() != self.accept.as_bytes() {
            return Err(HandshakeFault::WrongAccept);
        }
        if list(headers, header::SEC_WEBSOCKET_PROTOCOL).any(|chosen| !self.offers_protocol(chosen)) {
            return Err(HandshakeFault::ProtocolNotOffered);
        }
        DeflateParams::from_answer(headers, self.offer)
    }

    fn offers_protocol(&self, chosen: &str) -> bool {
        self.protocols.iter().any(|offered| offered == chosen)
    }
}

/// `sec-websocket-accept` for a key.
pub(super) fn accept_for(key: &[u8]) -> String {
    let mut hash = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(key);
    hash.update(ACCEPT_SALT);
    STANDARD.encode(hash.finish())
}

/// The elements of a header that is a list. Values that are not text hold none we know.
fn list(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|element| !element.is_empty())
}
