//! Which logins the configuration allows.

use secrecy::ExposeSecret;
use thiserror::Error;

use super::{claims::Claims, tokens::Tokens};

/// Which logins are allowed; by default all are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginRestrictions {
    /// `forced_login_method` of the configuration.
    pub method: Option<ForcedMethod>,
    /// `forced_chatgpt_workspace_id` of the configuration: the only account that may be logged in.
    pub workspace: Option<String>,
}

/// The only way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ForcedMethod {
    /// `api`: an API key.
    Api,
    /// `chatgpt`: a ChatGPT login.
    Chatgpt,
}

/// A login that is not allowed, and what is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RestrictionBroken {
    /// Another way to log in.
    #[error("the configuration allows {} only (forced_login_method)", match allowed {
        ForcedMethod::Api => "API keys",
        ForcedMethod::Chatgpt => "ChatGPT logins",
    })]
    Method {
        /// What is allowed.
        allowed: ForcedMethod,
    },
    /// Another workspace.
    #[error("the configuration allows the workspace {allowed} only (forced_chatgpt_workspace_id)")]
    Workspace {
        /// What is allowed.
        allowed: Box<str>,
    },
}

impl LoginRestrictions {
    /// Whether an API key may be used.
    pub(super) fn check_api_key(&self) -> Result<(), RestrictionBroken> {
        match self.method {
            Some(allowed @ ForcedMethod::Chatgpt) => Err(RestrictionBroken::Method { allowed }),
            Some(ForcedMethod::Api) | None => Ok(()),
        }
    }

    /// Whether a ChatGPT login may be started.
    pub(super) fn check_chatgpt(&self) -> Result<(), RestrictionBroken> {
        match self.method {
            Some(allowed @ ForcedMethod::Api) => Err(RestrictionBroken::Method { allowed }),
            Some(ForcedMethod::Chatgpt) | None => Ok(()),
        }
    }

    /// Whether this ChatGPT login may be used. The claim of its id token counts, else the stored account.
    pub(super) fn check_tokens(&self, tokens: &Tokens) -> Result<(), RestrictionBroken> {
        self.check_chatgpt()?;
        let claimed = Claims::of(tokens.id_token.expose_secret()).account_id;
        let actual = claimed.as_deref().or(tokens.account_id.as_deref());
        Workspaces { allowed: self.workspace.as_deref(), actual }.check()
    }
}

/// The workspace that is allowed, where one is, and that of a login.
pub(super) struct Workspaces<'a> {
    pub(super) allowed: Option<&'a str>,
    pub(super) actual: Option<&'a str>,
}

impl Workspaces<'_> {
    pub(super) fn check(&self) -> Result<(), RestrictionBroken> {
        match self.allowed {
            Some(allowed) if self.actual != Some(allowed) => {
                Err(RestrictionBroken::Workspace { allowed: allowed.into() })
            }
            _ => Ok(()),
        }
    }
}
