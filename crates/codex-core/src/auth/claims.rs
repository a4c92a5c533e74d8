//! What a JWT says about its login. Signatures are not checked: the service does that.

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The longest token that is looked into, in bytes: 64 KiB. A header could not carry a longer one.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

const PROFILE: &str = "https://api.openai.com/profile";
const AUTH: &str = "https://api.openai.com/auth";

/// The latest expiry that is believed, in seconds after 1970: the year 9999.
const MAX_EXPIRY: u64 = 253_402_300_799;

/// What a token says about its login (wire.md 15). All of it is optional.
///
/// A token that is no JWT has no claims; that is no error.
///
/// ```
/// use codex_core::Claims;
///
/// assert_eq!(Claims::of("not a JWT"), Claims::default());
/// // header.{"email":"ada@example.com","exp":1}.signature
/// let claims = Claims::of("e30.eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSIsImV4cCI6MX0.c2ln");
/// assert_eq!(claims.email.as_deref(), Some("ada@example.com"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// E-mail of the user.
    pub email: Option<String>,
    /// The plan, such as `plus`. Any text: there are new ones now and then.
    pub plan: Option<String>,
    /// The user.
    pub user_id: Option<String>,
    /// The account, also called the workspace.
    pub account_id: Option<String>,
    /// When the token stops working. An expiry outside the years 1970 to 9999 counts as absent.
    pub expires_at: Option<SystemTime>,
}

impl Claims {
    /// The claims of a token; of one longer than [`MAX_TOKEN_BYTES`] none.
    pub fn of(token: &str) -> Self {
        let Some(claims) = payload(token) else { return Self::default() };
        let auth = claims.get(AUTH);
        let of_auth = |name| text(auth?.get(name));
        Self {
            email: text(claims.get("email")).or_else(|| text(claims.get(PROFILE)?.get("email"))),
            plan: of_auth("chatgpt_plan_type"),
            user_id: of_auth("chatgpt_user_id").or_else(|| of_auth("user_id")),
            account_id: of_auth("chatgpt_account_id"),
            expires_at: claims.get("exp").and_then(expiry),
        }
    }
}

/// The middle of three parts that are not empty.
fn payload(token: &str) -> Option<Map<String, Value>> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let mut parts = token.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || header.is_empty() || signature.is_empty() {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&json).ok()
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn expiry(value: &Value) -> Option<SystemTime> {
    // RFC 7519 allows fractions. The cast saturates, and what is not a number becomes 0.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, checked below")]
    let seconds = value.as_u64().or_else(|| value.as_f64().map(|seconds| seconds as u64))?;
    (1..=MAX_EXPIRY).contains(&seconds).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}
