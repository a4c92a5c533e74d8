//! What a user can choose from.

use std::sync::Arc;

use codex_api::{AuthMode, ModelInfo, ModelVisibility};

/// A model that the login can use.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AvailableModel {
    /// What is known of it.
    pub info: Arc<ModelInfo>,
    /// Whether a picker shows it. The others can be named.
    pub shown: bool,
    /// Whether it is the one to take when nobody says. Exactly one of a list is, unless the list is empty.
    pub is_default: bool,
}

/// The models of `sorted` that a login may use, in their order: a ChatGPT login all of them, any other those that the API
/// serves. The default is the first that is shown, else the first.
pub(super) fn to_login(sorted: &[Arc<ModelInfo>], login: Option<AuthMode>) -> Vec<AvailableModel> {
    let may_use = |model: &&Arc<ModelInfo>| login == Some(AuthMode::Chatgpt) || model.supported_in_api;
    let offer = |model: &Arc<ModelInfo>| AvailableModel {
        info: Arc::clone(model),
        shown: model.visibility == Some(ModelVisibility::List),
        is_default: false,
    };
    let mut available: Vec<AvailableModel> = sorted.iter().filter(may_use).map(offer).collect();
    let default = available.iter().position(|model| model.shown).unwrap_or(0);
    if let Some(model) = available.get_mut(default) {
        model.is_default = true;
    }
    available
}
