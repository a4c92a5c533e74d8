//! Finding what is known of a model by the name that a user gives it.

use std::sync::Arc;

use codex_api::{ModelInfo, ModelVisibility, TruncationMode, TruncationPolicy};

/// Facts that are assumed of a model that no list has (wire.md 10).
const FALLBACK_PRIORITY: i64 = 99;
const FALLBACK_CONTEXT_TOKENS: u64 = 272_000;
const FALLBACK_TRUNCATION_BYTES: i64 = 10_000;

/// What is known, or assumed, of a model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResolvedModel {
    /// The facts; `slug` is the name that was asked for.
    pub info: ModelInfo,
    /// Where they come from.
    pub origin: ModelOrigin,
}

impl ResolvedModel {
    /// Whether no list has the model, so that its facts are assumptions. Worth telling the user: compaction may come too
    /// early or too late.
    pub fn is_fallback(&self) -> bool {
        self.origin == ModelOrigin::Fallback
    }
}

/// Where the facts about a model come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelOrigin {
    /// A list has it.
    Listed {
        /// Under this slug, which is the asked name or a beginning of it.
        slug: String,
    },
    /// No list has it.
    Fallback,
}

/// The facts about the model of this name.
pub(super) fn resolve(models: &[Arc<ModelInfo>], name: &str) -> ResolvedModel {
    let listed = longest_prefix(models, name)
        .or_else(|| without_namespace(name).and_then(|name| longest_prefix(models, name)));
    let (mut info, origin) = match listed {
        Some(model) => (ModelInfo::clone(model), ModelOrigin::Listed { slug: model.slug.clone() }),
        None => (fallback(), ModelOrigin::Fallback),
    };
    info.slug = name.to_owned();
    ResolvedModel { info, origin }
}

/// The model with the longest slug that `name` begins with: dated and tuned variants behave as their model does.
fn longest_prefix<'a>(models: &'a [Arc<ModelInfo>], name: &str) -> Option<&'a Arc<ModelInfo>> {
    let fitting = models.iter().filter(|model| !model.slug.is_empty() && name.starts_with(&model.slug));
    fitting.max_by_key(|model| model.slug.len())
}

/// The name in `namespace/name`.
fn without_namespace(name: &str) -> Option<&str> {
    let (namespace, name) = name.split_once('/')?;
    let is_namespace =
        !namespace.is_empty() && namespace.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_namespace && !name.contains('/')).then_some(name)
}

fn fallback() -> ModelInfo {
    let mut truncation = TruncationPolicy::default();
    (truncation.mode, truncation.limit) = (TruncationMode::Bytes, FALLBACK_TRUNCATION_BYTES);
    let mut info = ModelInfo::default();
    info.visibility = Some(ModelVisibility::None);
    info.priority = FALLBACK_PRIORITY;
    info.context_window = Some(FALLBACK_CONTEXT_TOKENS);
    info.truncation_policy = Some(truncation);
    info.input_modalities = Some(vec!["text".to_owned(), "image".to_owned()]);
    info.supports_reasoning_summaries = false;
    info
}
