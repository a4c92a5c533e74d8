//! Logging in with a code that is entered on another device (wire.md 15).

use std::{fmt, time::Duration};

use bytes::Bytes;
use codex_api::TransportError;
use codex_client::RequestBody;
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep, timeout_at};
use url::{Url, form_urlencoded};

use super::{
    auth_file::AuthFile,
    authority::{AUTHORITY_TIMEOUT, Answer, AnswerProblem, CLIENT_ID, TokenAuthority, fields, reason},
    error::LoginError,
    login::LoggedIn,
    renewal::LOCK_PATIENCE,
    setup::AuthSetup,
    store::acquire,
    tokens::{Tokens, is_sendable},
};

/// How long a code can be entered: 15 minutes.
pub const DEVICE_CODE_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How often the authority is asked whether it was entered, where it does not say: every 5 s.
pub const DEFAULT_POLL_INTERVAL: Duration = Duration::from_secs(5);

/// What the user has to do: open the page, and enter the code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceCode {
    /// The page.
    pub verification_url: Url,
    /// The code.
    pub user_code: String,
    /// How long it can be entered.
    pub valid_for: Duration,
    /// How often the authority is asked.
    pub interval: Duration,
}

/// What the authority was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceStep {
    /// A code.
    Code,
    /// Whether the code was entered.
    Poll,
    /// Tokens.
    Exchange,
}

impl fmt::Display for DeviceStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code => "give a code",
            Self::Poll => "say whether the code was entered",
            Self::Exchange => "give tokens",
        })
    }
}

impl AuthSetup {
    /// Logs in with ChatGPT: `show` is told once what the user has to do, then the future waits until it is done, at most
    /// for [`DEVICE_CODE_LIFETIME`]. Drop it to give up.
    ///
    /// # Errors
    /// When the authority refuses or cannot be reached, nobody enters the code, the login is not allowed, or the store
    /// cannot be written.
    pub async fn login_with_device_code(
        &self,
        show: impl FnOnce(&DeviceCode) + Send,
    ) -> Result<LoggedIn, LoginError> {
        self.restrictions.check_chatgpt()?;
        // A store that cannot be written is found before the user is sent to another device.
        drop(acquire(&self.store, LOCK_PATIENCE).await?);
        let pending = Pending::start(&self.authority).await?;
        show(&pending.code);
        let grant = pending.wait(&self.authority).await?;
        let tokens = grant.exchange(&self.authority).await?;
        self.restrictions.check_tokens(&tokens)?;
        self.store_login(AuthFile::chatgpt(tokens, (self.clock)())).await
    }
}

/// A code that was given out.
struct Pending {
    device_auth_id: SecretString,
    code: DeviceCode,
}

impl Pending {
    async fn start(authority: &TokenAuthority) -> Result<Self, LoginError> {
        let url = authority.url("api/accounts/deviceauth/usercode");
        let request = CodeRequest { client_id: CLIENT_ID };
        let answer = authority.post_json(&url, &request, AUTHORITY_TIMEOUT).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Err(LoginError::NoDeviceLogin);
        }
        let fields = Fields::of(DeviceStep::Code, &answer)?;
        let user_code =
            fields.text("user_code").or_else(|missing| fields.text("usercode").map_err(|_| missing))?;
        Ok(Self {
            device_auth_id: SecretString::from(fields.text("device_auth_id")?),
            code: DeviceCode {
                verification_url: authority.url("codex/device"),
                user_code: user_code.to_owned(),
                valid_for: DEVICE_CODE_LIFETIME,
                interval: interval(fields.fields.get("interval")),
            },
        })
    }

    /// Asks again and again whether the code was entered.
    async fn wait(&self, authority: &TokenAuthority) -> Result<Grant, LoginError> {
        let valid_for = self.code.valid_for;
        timeout_at(Instant::now() + valid_for, async {
            loop {
                match self.poll(authority).await? {
                    Polled::Granted(grant) => return Ok(grant),
                    Polled::NotYet { pause } => sleep(pause).await,
                }
            }
        })
        .await
        .unwrap_or(Err(LoginError::CodeExpired { valid_for }))
    }

    async fn poll(&self, authority: &TokenAuthority) -> Result<Polled, LoginError> {
        let not_yet = Polled::NotYet { pause: self.code.interval };
        let url = authority.url("api/accounts/deviceauth/token");
        let request = PollRequest {
            device_auth_id: self.device_auth_id.expose_secret(),
            user_code: &self.code.user_code,
        };
        let answer = match authority.post_json(&url, &request, AUTHORITY_TIMEOUT).await {
            // The network may go away for a moment within 15 minutes.
            Err(error) if may_pass(&error) => return Ok(not_yet),
            answer => answer?,
        };
        match answer.status {
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => return Ok(not_yet),
            // So may the authority, or it wants to be asked less often. The code works as long as it did not expire.
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                let asked = answer.retry_after.unwrap_or_default().min(DEVICE_CODE_LIFETIME);
                return Ok(Polled::NotYet { pause: self.code.interval.max(asked) });
            }
            _ => {}
        }
        let fields = Fields::of(DeviceStep::Poll, &answer)?;
        Ok(Polled::Granted(Grant {
            code: SecretString::from(fields.text("authorization_code")?),
            verifier: SecretString::from(fields.text("code_verifier")?),
        }))
    }
}

/// What came of one question.
enum Polled {
    Granted(Grant),
    NotYet {
        /// How long to wait before the next one.
        pause: Duration,
    },
}

/// What tokens are given for.
struct Grant {
    code: SecretString,
    verifier: SecretString,
}

impl Grant {
    /// Changes the grant for tokens. It works once, so it is sent once.
    async fn exchange(&self, authority: &TokenAuthority) -> Result<Tokens, LoginError> {
        let redirect = authority.url("deviceauth/callback");
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", self.code.expose_secret())
            .append_pair("redirect_uri", redirect.as_str())
            .append_pair("client_id", CLIENT_ID)
            .append_pair("code_verifier", self.verifier.expose_secret())
            .finish();
        let body = RequestBody::bytes("application/x-www-form-urlencoded", Bytes::from(form));
        let answer = authority.post(&authority.url("oauth/token"), body, AUTHORITY_TIMEOUT).await?;
        let fields = Fields::of(DeviceStep::Exchange, &answer)?;
        let token = |name| fields.token(name).map(SecretString::from);
        Ok(Tokens::new(token("id_token")?, token("access_token")?, token("refresh_token")?))
    }
}

/// The fields of an answer with status 200.
struct Fields {
    step: DeviceStep,
    fields: Map<String, Value>,
}

impl Fields {
    fn of(step: DeviceStep, answer: &Answer) -> Result<Self, LoginError> {
        if answer.status != StatusCode::OK {
            return Err(LoginError::Refused { step, status: answer.status.as_u16(), reason: reason(answer) });
        }
        let fields = fields(answer).map_err(|problem| LoginError::Answer { step, problem })?;
        Ok(Self { step, fields })
    }

    fn text(&self, field: &'static str) -> Result<&str, LoginError> {
        let text = self.fields.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or(LoginError::Answer { step: self.step, problem: AnswerProblem::Missing { field } })
    }

    /// A text that a header can carry.
    fn token(&self, field: &'static str) -> Result<&str, LoginError> {
        self.text(field).and_then(|token| {
            let problem = AnswerProblem::Missing { field };
            is_sendable(token).then_some(token).ok_or(LoginError::Answer { step: self.step, problem })
        })
    }
}

/// Seconds, as a text or a number. Without a pause between them, questions would be an attack.
fn interval(value: Option<&Value>) -> Duration {
    let seconds = value.and_then(|value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()));
    match seconds {
        None | Some(0) => DEFAULT_POLL_INTERVAL,
        Some(seconds) => Duration::from_secs(seconds).min(DEVICE_CODE_LIFETIME),
    }
}

fn may_pass(error: &TransportError) -> bool {
    error.is_retryable() || matches!(error, TransportError::Timeout { .. })
}

#[derive(Serialize)]
struct CodeRequest<'a> {
    client_id: &'a str,
}

#[derive(Serialize)]
struct PollRequest<'a> {
    device_auth_id: &'a str,
    user_code: &'a str,
}
