//! Models a server has.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

use crate::{
    extra::Extra,
    options::{ReasoningEffort, ReasoningSummary, Verbosity},
};

/// The answer of `GET /models`.
///
/// ```
/// use codex_protocol::ModelList;
///
/// let list: ModelList = serde_json::from_str(r#"{"data":[{"id":"a"},{"id":7},{"id":"b"}]}"#)?;
/// assert_eq!((list.data.len(), list.skipped), (2, 1));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "ModelListOnTheWire")]
#[non_exhaustive]
pub struct ModelList {
    /// Always `list`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The models that could be read.
    pub data: Vec<Model>,
    /// How many entries could not be read: they cost nothing but themselves.
    #[serde(skip)]
    pub skipped: usize,
    /// Properties without a field of their own.
    #[serde(flatten)]
    pub extra: Extra,
}

wire_struct! {
    /// A model of the public list.
    pub struct Model {
        /// What requests name it by.
        required id: String,
        /// Always `model`.
        optional object: String,
        /// When it was made, Unix seconds.
        optional created: i64,
        /// Whose it is.
        optional owned_by: String,
        /// When it goes away.
        optional shutdown_date: Value,
    }
}

/// The catalogue of the Codex service: `GET /models?client_version=X.Y.Z`.
///
/// ```
/// use codex_protocol::ModelCatalogue;
///
/// let json = r#"{"models":[{"slug":"a"},{"no_slug":true},{"slug":"b","priority":"first"}]}"#;
/// let catalogue: ModelCatalogue = serde_json::from_str(json)?;
/// assert_eq!((catalogue.models.len(), catalogue.skipped), (1, 2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "CatalogueOnTheWire")]
#[non_exhaustive]
pub struct ModelCatalogue {
    /// The models that could be read.
    pub models: Vec<ModelInfo>,
    /// How many entries could not be read: they cost nothing but themselves.
    #[serde(skip)]
    pub skipped: usize,
    /// Properties without a field of their own.
    #[serde(flatten)]
    pub extra: Extra,
}

wire_struct! {
    /// A model of the Codex catalogue. Only its `slug` is required here; properties this version does not
    /// know are kept.
    pub struct ModelInfo {
        /// What requests name it by.
        required slug: String,
        /// Its name for people.
        optional display_name: String,
        /// What it is good for.
        optional description: String,
        /// How much it thinks when nobody says.
        optional default_reasoning_level: ReasoningEffort,
        /// How much it can think.
        list supported_reasoning_levels: ReasoningLevel,
        /// How it runs commands.
        optional shell_type: ShellType,
        /// Whether it is shown to people.
        optional visibility: ModelVisibility,
        /// Whether it can be used with an API key.
        filled supported_in_api: bool,
        /// Its place in the list; low comes first.
        filled priority: i64,
        /// What a user should move to, as JSON.
        optional upgrade: Value,
        /// The instructions it was trained with.
        filled base_instructions: String,
        /// Instructions with variables, as JSON.
        optional model_messages: Value,
        /// A note for new users, as JSON.
        optional availability_nux: Value,
        /// Whether it can tell what it thinks.
        filled supports_reasoning_summaries: bool,
        /// How it tells what it thinks when nobody says.
        optional default_reasoning_summary: ReasoningSummary,
        /// Whether the length of answers can be set.
        filled support_verbosity: bool,
        /// The length of answers when nobody says.
        optional default_verbosity: Verbosity,
        /// How it changes files.
        optional apply_patch_tool_type: ApplyPatchToolType,
        /// How it searches the web.
        optional web_search_tool_type: String,
        /// How outputs of tools are cut.
        optional truncation_policy: TruncationPolicy,
        /// Whether it can call several tools at once.
        filled supports_parallel_tool_calls: bool,
        /// Whether it takes images at full size.
        filled supports_image_detail_original: bool,
        /// Whether it has a tool search.
        filled supports_search_tool: bool,
        /// Tokens of context.
        optional context_window: u64,
        /// Most tokens of context.
        optional max_context_window: u64,
        /// Tokens at which to compact.
        optional auto_compact_token_limit: u64,
        /// Percent of the context that can be used; 95 when absent.
        optional effective_context_window_percent: u64,
        /// Tools on trial.
        list experimental_supported_tools: String,
        /// What it takes: `text`, `image`; both when absent.
        optional input_modalities: Vec<String>,
        /// Whether a WebSocket is better.
        filled prefer_websockets: bool,
        /// More speeds.
        optional additional_speed_tiers: Vec<String>,
    }
}

impl ModelInfo {
    /// Percent of the context that can be used when the catalogue does not say.
    pub const DEFAULT_EFFECTIVE_CONTEXT_PERCENT: u64 = 95;

    /// Percent of the context at which a history is compacted at the latest.
    pub const MAX_AUTO_COMPACT_PERCENT: u64 = 90;

    /// Tokens of context that can be used; `None` when the catalogue does not say. Never more than the window.
    pub fn usable_context(&self) -> Option<u64> {
        let percent =
            self.effective_context_window_percent.unwrap_or(Self::DEFAULT_EFFECTIVE_CONTEXT_PERCENT);
        Some(share(self.context_window?, percent))
    }

    /// Tokens at which to compact a history: the catalogue's own limit, and at most
    /// [`MAX_AUTO_COMPACT_PERCENT`](Self::MAX_AUTO_COMPACT_PERCENT) of the window. `None` when the catalogue says
    /// neither.
    ///
    /// ```
    /// use codex_protocol::ModelInfo;
    ///
    /// let mut model = ModelInfo::default();
    /// model.context_window = Some(200_000);
    /// assert_eq!(model.auto_compact_limit(), Some(180_000));
    /// model.auto_compact_token_limit = Some(100_000);
    /// assert_eq!(model.auto_compact_limit(), Some(100_000));
    /// ```
    pub fn auto_compact_limit(&self) -> Option<u64> {
        let of_window = self.context_window.map(|window| share(window, Self::MAX_AUTO_COMPACT_PERCENT));
        match (self.auto_compact_token_limit, of_window) {
            (Some(told), Some(of_window)) => Some(told.min(of_window)),
            (told, of_window) => told.or(of_window),
        }
    }
}

/// So many percent of `tokens`, all of them at most.
fn share(tokens: u64, percent: u64) -> u64 {
    let share = u128::from(tokens) * u128::from(percent.min(100)) / 100;
    u64::try_from(share).unwrap_or(tokens)
}

wire_struct! {
    /// How much a model can think.
    pub struct ReasoningLevel {
        /// How much.
        required effort: ReasoningEffort,
        /// For people.
        optional description: String,
    }
}

wire_struct! {
    /// How outputs of tools are cut.
    pub struct TruncationPolicy {
        /// What `limit` counts.
        required mode: TruncationMode,
        /// How much is kept.
        filled limit: i64,
    }
}

open_enum! {
    /// What a limit counts.
    #[derive(Default)]
    pub enum TruncationMode {
        #[default]
        Bytes = "bytes",
        Tokens = "tokens",
    }
}

open_enum! {
    /// Whether a model is shown to people.
    pub enum ModelVisibility {
        List = "list",
        Hide = "hide",
        None = "none",
    }
}

open_enum! {
    /// How a model runs commands.
    pub enum ShellType {
        Default = "default",
        Local = "local",
        UnifiedExec = "unified_exec",
        Disabled = "disabled",
        ShellCommand = "shell_command",
    }
}

open_enum! {
    /// How a model changes files.
    pub enum ApplyPatchToolType {
        Freeform = "freeform",
        Function = "function",
    }
}

/// A [`ModelList`] whose entries have not been looked at.
#[derive(Deserialize)]
struct ModelListOnTheWire {
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    data: Option<Vec<Box<RawValue>>>,
    #[serde(flatten)]
    extra: Extra,
}

impl From<ModelListOnTheWire> for ModelList {
    fn from(wire: ModelListOnTheWire) -> Self {
        let (data, skipped) = readable(wire.data);
        Self { object: wire.object, data, skipped, extra: wire.extra }
    }
}

/// A [`ModelCatalogue`] whose entries have not been looked at.
#[derive(Deserialize)]
struct CatalogueOnTheWire {
    #[serde(default)]
    models: Option<Vec<Box<RawValue>>>,
    #[serde(flatten)]
    extra: Extra,
}

impl From<CatalogueOnTheWire> for ModelCatalogue {
    fn from(wire: CatalogueOnTheWire) -> Self {
        let (models, skipped) = readable(wire.models);
        Self { models, skipped, extra: wire.extra }
    }
}

/// The entries that decode, in their order, and how many do not. Null stands for an empty list.
fn readable<T: DeserializeOwned>(entries: Option<Vec<Box<RawValue>>>) -> (Vec<T>, usize) {
    let entries = entries.unwrap_or_default();
    let all = entries.len();
    // A derived struct also takes a list of its fields, which no server means.
    let objects = entries.iter().map(|entry| entry.get()).filter(|entry| entry.starts_with('{'));
    let readable: Vec<T> = objects.filter_map(|entry| serde_json::from_str(entry).ok()).collect();
    let skipped = all - readable.len();
    (readable, skipped)
}
