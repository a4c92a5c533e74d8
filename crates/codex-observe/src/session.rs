//! The facts that every event of a session shares.

use crate::AuthMode;

/// What is known about a session. All optional: an absent fact is an absent field.
///
/// Account id and e-mail go to the log sink only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionFacts {
    /// Id of the conversation.
    pub conversation_id: Option<String>,
    /// Version of the application, as `X.Y.Z`.
    pub app_version: Option<String>,
    /// Kind of login.
    pub auth_mode: Option<AuthMode>,
    /// Which client this is.
    pub originator: Option<String>,
    /// The terminal, such as `iTerm.app/3.5`.
    pub terminal_type: Option<String>,
    /// The model that was asked for.
    pub model: Option<String>,
    /// The catalogue's name of that model.
    pub slug: Option<String>,
    /// Account of the login. Log sink only.
    pub account_id: Option<String>,
    /// E-mail address of the login. Log sink only.
    pub email: Option<String>,
}
