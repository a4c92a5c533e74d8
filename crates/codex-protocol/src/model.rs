//! Models a server has.

use serde_json::Value;

use crate::options::{ReasoningEffort, ReasoningSummary, Verbosity};

wire_struct! {
    /// The answer of `GET /models`.
    pub struct ModelList {
        /// Always `list`.
        optional object: String,
        /// The models.
        list data: Model,
    }
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

wire_struct! {
    /// The catalogue of the Codex service: `GET /models?client_version=X.Y.Z`.
    pub struct ModelCatalogue {
        /// The models.
        list models: ModelInfo,
    }
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

    /// Tokens of context that can be used; `None` when the catalogue does not say.
    pub fn usable_context(&self) -> Option<u64> {
        let percent =
            self.effective_context_window_percent.unwrap_or(Self::DEFAULT_EFFECTIVE_CONTEXT_PERCENT);
        Some(self.context_window?.saturating_mul(percent) / 100)
    }
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
