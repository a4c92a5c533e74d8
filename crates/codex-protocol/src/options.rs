//! Settings that requests, responses and items share.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::item::NoDetails;

wire_struct! {
    /// How a reasoning model thinks.
    pub struct ReasoningConfig {
        /// How much.
        optional effort: ReasoningEffort,
        /// Whether it tells what it thinks.
        optional summary: ReasoningSummary,
        /// Deprecated name of `summary`.
        optional generate_summary: ReasoningSummary,
        /// How much of its earlier reasoning it sees: `auto`, `current_turn` or `all_turns`.
        optional context: String,
        /// `standard`, `pro` or another mode of the model.
        optional mode: String,
    }
}

open_enum! {
    /// How much a reasoning model thinks.
    #[derive(Default)]
    pub enum ReasoningEffort {
        None = "none",
        Minimal = "minimal",
        Low = "low",
        #[default]
        Medium = "medium",
        High = "high",
        XHigh = "xhigh",
        Max = "max",
    }
}

open_enum! {
    /// Whether a reasoning model tells what it thinks.
    pub enum ReasoningSummary {
        Auto = "auto",
        Concise = "concise",
        Detailed = "detailed",
        None = "none",
    }
}

wire_struct! {
    /// The form of the answer.
    pub struct TextConfig {
        /// Text, or JSON.
        optional format: TextFormat,
        /// How long.
        optional verbosity: Verbosity,
    }
}

tagged_union! {
    /// Text, or JSON.
    pub enum TextFormat {
        /// Text.
        "text" => Text(NoDetails),
        /// JSON that fits a schema.
        "json_schema" => JsonSchema(JsonSchemaFormat),
        /// JSON of any form; older than `json_schema`.
        "json_object" => JsonObject(NoDetails),
    }
}

wire_struct! {
    /// JSON that fits a schema.
    pub struct JsonSchemaFormat {
        /// Letters, digits, `_` and `-`, at most 64.
        required name: String,
        /// What it is, for the model.
        optional description: String,
        /// JSON schema.
        filled schema: Value,
        /// Whether the answer must fit it. The service then takes only part of JSON Schema.
        optional strict: bool,
    }
}

open_enum! {
    /// How long an answer is.
    pub enum Verbosity {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

open_enum! {
    /// How a request is served.
    pub enum ServiceTier {
        Auto = "auto",
        Default = "default",
        Flex = "flex",
        Scale = "scale",
        Priority = "priority",
        Fast = "fast",
        Ultrafast = "ultrafast",
    }
}

open_enum! {
    /// What happens when the input does not fit the context.
    pub enum Truncation {
        /// The earliest items are left out.
        Auto = "auto",
        /// The request fails.
        Disabled = "disabled",
    }
}

open_enum! {
    /// More data to send.
    pub enum Include {
        FileSearchCallResults = "file_search_call.results",
        WebSearchCallResults = "web_search_call.results",
        WebSearchCallActionSources = "web_search_call.action.sources",
        MessageInputImageUrl = "message.input_image.image_url",
        ComputerCallOutputImageUrl = "computer_call_output.output.image_url",
        CodeInterpreterCallOutputs = "code_interpreter_call.outputs",
        /// Needed to give reasoning back without storage.
        ReasoningEncryptedContent = "reasoning.encrypted_content",
        MessageOutputTextLogprobs = "message.output_text.logprobs",
    }
}

open_enum! {
    /// How long a prompt cache lasts. Deprecated for `prompt_cache_options.ttl`.
    pub enum PromptCacheRetention {
        InMemory = "in_memory",
        Hours24 = "24h",
    }
}

wire_struct! {
    /// How the prompt is cached.
    pub struct PromptCacheOptions {
        /// `implicit` or `explicit` breakpoints.
        optional mode: String,
        /// How long: `30m` or `12h`.
        optional ttl: String,
        /// Only fills the cache: forces `generate` to false.
        optional prewarm: bool,
        /// A response to compare the cache with.
        optional comparison_response_id: String,
    }
}

wire_struct! {
    /// A prompt template the service has.
    pub struct PromptReference {
        /// Its id.
        required id: String,
        /// Its version; the current one when absent.
        optional version: String,
        /// Values of its variables: strings, or content parts.
        optional variables: BTreeMap<String, Value>,
    }
}
