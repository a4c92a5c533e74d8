//! permessage-deflate (RFC 7692): what is offered, and what an answer may say.

use http::{HeaderMap, HeaderValue, header};

use super::error::HandshakeFault;

const NAME: &str = "permessage-deflate";

/// What a client offers about compression. Whether it is used is for the server to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeflateOffer {
    /// Nothing: messages go both ways as they are.
    Off,
    /// `permessage-deflate; client_max_window_bits`: each message may refer to those before it, which is what makes
    /// a conversation small.
    #[default]
    On,
    /// The same and `client_no_context_takeover`: asks to compress each of our messages by itself, so that no
    /// compressor (256 KiB) is kept between them.
    OnWithoutMemory,
}

impl DeflateOffer {
    pub(super) fn is_made(self) -> bool {
        self != Self::Off
    }

    /// The value of `sec-websocket-extensions`. We can keep to a smaller window if the server says so.
    pub(super) fn header(self) -> Option<HeaderValue> {
        let value = match self {
            Self::Off => return None,
            Self::On => "permessage-deflate; client_max_window_bits",
            Self::OnWithoutMemory => "permessage-deflate; client_no_context_takeover; client_max_window_bits",
        };
        Some(HeaderValue::from_static(value))
    }
}

/// Base-2 logarithm of the size of an LZ77 window: 8 to 15, 256 bytes to 32 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowBits(u8);

impl WindowBits {
    /// 15: 32 KiB, the default.
    pub const MAX: Self = Self(15);

    /// `None` outside of 8 to 15.
    pub fn new(bits: u8) -> Option<Self> {
        (8..=15).contains(&bits).then_some(Self(bits))
    }

    /// The number.
    pub fn as_u8(self) -> u8 {
        self.0
    }

    /// Digits without leading zeros (RFC 7692, 7.1.2.1).
    fn parse(text: &str) -> Option<Self> {
        if text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Self::new(text.parse().ok()?)
    }
}

/// How a connection is compressed, as the two sides agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeflateParams {
    /// The server forgets what it has sent after each message.
    pub server_no_context_takeover: bool,
    /// The client forgets what it has sent after each message.
    pub client_no_context_takeover: bool,
    /// The server refers to at most this much of what it has sent.
    pub server_window: WindowBits,
    /// The client may refer to at most this much of what it has sent. At 8 bits our compressor cannot keep to
    /// it, and messages go out as they are.
    pub client_window: WindowBits,
}

impl DeflateParams {
    /// Reads the answer to our offer: `None` when the server declined. Without an offer any extension is a fault.
    ///
    /// # Errors
    /// [`HandshakeFault::ExtensionNotOffered`] and [`HandshakeFault::BadDeflateParameter`].
    pub fn from_answer(headers: &HeaderMap, offer: DeflateOffer) -> Result<Option<Self>, HandshakeFault> {
        let mut agreed = None;
        for value in headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS) {
            let value = value.to_str().map_err(|_not_ascii| HandshakeFault::ExtensionNotOffered)?;
            // No parameter we accept has a comma in its value, so nothing is split that should not be.
            for extension in value.split(',').map(str::trim).filter(|extension| !extension.is_empty()) {
                if !offer.is_made() || agreed.is_some() {
                    return Err(HandshakeFault::ExtensionNotOffered);
                }
                agreed = Some(Self::parse(extension)?);
            }
        }
        Ok(agreed)
    }

    fn parse(extension: &str) -> Result<Self, HandshakeFault> {
        let mut parts = extension.split(';').map(str::trim);
        if parts.next() != Some(NAME) {
            return Err(HandshakeFault::ExtensionNotOffered);
        }
        let mut seen = Seen::default();
        for part in parts {
            seen.take(part).ok_or(HandshakeFault::BadDeflateParameter)?;
        }
        Ok(Self {
            server_no_context_takeover: seen.server_no_context_takeover,
            client_no_context_takeover: seen.client_no_context_takeover,
            server_window: seen.server_window.unwrap_or(WindowBits::MAX),
            client_window: seen.client_window.unwrap_or(WindowBits::MAX),
        })
    }
}

impl Default for DeflateParams {
    fn default() -> Self {
        Self {
            server_no_context_takeover: false,
            client_no_context_takeover: false,
            server_window: WindowBits::MAX,
            client_window: WindowBits::MAX,
        }
    }
}

#[derive(Default)]
struct Seen {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_window: Option<WindowBits>,
    client_window: Option<WindowBits>,
}

impl Seen {
    /// `None` for what is unknown, seen before, or has a wrong value.
    fn take(&mut self, parameter: &str) -> Option<()> {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (name.trim(), Some(unquote(value.trim()))),
            None => (parameter, None),
        };
        match (name, value) {
            ("server_no_context_takeover", None) => take_flag(&mut self.server_no_context_takeover),
            ("client_no_context_takeover", None) => take_flag(&mut self.client_no_context_takeover),
            ("server_max_window_bits", Some(bits)) => take_window(&mut self.server_window, bits),
            ("client_max_window_bits", Some(bits)) => take_window(&mut self.client_window, bits),
            _ => None,
        }
    }
}

fn take_flag(seen: &mut bool) -> Option<()> {
    (!std::mem::replace(seen, true)).then_some(())
}

fn take_window(seen: &mut Option<WindowBits>, bits: &str) -> Option<()> {
    seen.replace(WindowBits::parse(bits)?).is_none().then_some(())
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}
