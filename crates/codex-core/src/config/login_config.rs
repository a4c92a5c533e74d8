//! Where logins are kept, and which are allowed.

use super::{ConfigError, ConfigProblem, table_reader::TableReader};
use crate::auth::{ForcedMethod, LoginRestrictions, StoreChoice};

/// The keys about logins, with the names of wire.md 15.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoginConfig {
    /// `cli_auth_credentials_store`: `file`, `keyring`, `auto` or `ephemeral`.
    pub store: StoreChoice,
    /// `forced_login_method` and `forced_chatgpt_workspace_id`.
    pub restrictions: LoginRestrictions,
}

impl LoginConfig {
    pub(super) fn read(reader: &mut TableReader<'_>) -> Result<Self, ConfigError> {
        let one_of = |expected| ConfigProblem::Type { expected };
        let store = reader.parsed("cli_auth_credentials_store", |text| {
            text.parse().map_err(|_| one_of("\"file\", \"keyring\", \"auto\" or \"ephemeral\""))
        })?;
        let method = reader.parsed("forced_login_method", |text| match text {
            "api" => Ok(ForcedMethod::Api),
            "chatgpt" => Ok(ForcedMethod::Chatgpt),
            _ => Err(one_of("\"api\" or \"chatgpt\"")),
        })?;
        let workspace = reader.string("forced_chatgpt_workspace_id")?;
        Ok(Self { store: store.unwrap_or_default(), restrictions: LoginRestrictions { method, workspace } })
    }
}
