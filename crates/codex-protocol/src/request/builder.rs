//! Methods that chain.

use schemars::JsonSchema;
use serde_json::Value;

use super::{ConversationReference, ResponsesApiRequest};
use crate::content::Content;
use crate::input::Input;
use crate::item::ResponseItem;
use crate::options::{
    Include, JsonSchemaFormat, ReasoningEffort, ReasoningSummary, ServiceTier, TextFormat, Verbosity,
};
use crate::strict_schema::{StrictSchema, wire_name};
use crate::tool::{Tool, ToolChoice};

impl ResponsesApiRequest {
    /// A request to a model, with nothing else set.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), ..Self::default() }
    }

    /// Sets the input: a text of the user, or items. Replaces what was set.
    #[must_use]
    pub fn input(mut self, input: impl Into<Input>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Adds an item to the input. A text that was set becomes a message of the user first.
    #[must_use]
    pub fn item(mut self, item: impl Into<ResponseItem>) -> Self {
        let mut items = self.input.take().unwrap_or_default().into_items();
        items.push(item.into());
        self.input = Some(Input::Items(items));
        self
    }

    /// Adds a message of the user: a text, or a list of parts.
    ///
    /// ```
    /// use codex_protocol::{ContentPart, ResponsesApiRequest};
    ///
    /// let request = ResponsesApiRequest::new("gpt-5.4").user(vec![
    ///     ContentPart::input_text("What is this?"),
    ///     ContentPart::image_url("https://example.com/cat.png"),
    /// ]);
    /// ```
    #[must_use]
    pub fn user(self, content: impl Into<Content>) -> Self {
        self.item(ResponseItem::user(content))
    }

    /// Sets what the model is told at the start.
    #[must_use]
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// Continues after a response the service has.
    #[must_use]
    pub fn previous_response_id(mut self, id: impl Into<String>) -> Self {
        self.previous_response_id = Some(id.into());
        self
    }

    /// Continues a conversation the service has.
    #[must_use]
    pub fn conversation(mut self, id: impl Into<String>) -> Self {
        self.conversation = Some(ConversationReference::Id(id.into()));
        self
    }

    /// Adds a tool.
    #[must_use]
    pub fn tool(mut self, tool: impl Into<Tool>) -> Self {
        self.tools.get_or_insert_default().push(tool.into());
        self
    }

    /// Says which tool the model calls.
    #[must_use]
    pub fn tool_choice(mut self, choice: impl Into<ToolChoice>) -> Self {
        self.tool_choice = Some(choice.into());
        self
    }

    /// Says whether the model may call several tools at once.
    #[must_use]
    pub fn parallel_tool_calls(mut self, parallel: bool) -> Self {
        self.parallel_tool_calls = Some(parallel);
        self
    }

    /// Sets how much the model thinks: `ReasoningEffort::High`, or `"high"`.
    #[must_use]
    pub fn reasoning_effort(mut self, effort: impl Into<ReasoningEffort>) -> Self {
        self.reasoning.get_or_insert_default().effort = Some(effort.into());
        self
    }

    /// Sets whether the model tells what it thinks.
    #[must_use]
    pub fn reasoning_summary(mut self, summary: impl Into<ReasoningSummary>) -> Self {
        self.reasoning.get_or_insert_default().summary = Some(summary.into());
        self
    }

    /// Sets how long the answer is.
    #[must_use]
    pub fn verbosity(mut self, verbosity: impl Into<Verbosity>) -> Self {
        self.text.get_or_insert_default().verbosity = Some(verbosity.into());
        self
    }

    /// Asks for JSON that decodes into a type. Its schema is derived, after the rules of [`StrictSchema`].
    ///
    /// ```
    /// use codex_protocol::{ResponsesApiRequest, schemars};
    ///
    /// #[derive(schemars::JsonSchema, serde::Deserialize)]
    /// struct Person {
    ///     name: String,
    /// }
    ///
    /// let request = ResponsesApiRequest::new("gpt-5.4").input("Who wrote Faust?").json_schema::<Person>();
    /// ```
    #[must_use]
    pub fn json_schema<T: JsonSchema>(self) -> Self {
        let StrictSchema { name, schema, strict } = StrictSchema::of::<T>();
        self.text_format(JsonSchemaFormat { name, schema, strict: Some(strict), ..Default::default() })
    }

    /// Asks for JSON that fits a schema of your own, in strict mode. Characters the service refuses in a
    /// name become `_`.
    #[must_use]
    pub fn schema(self, name: &str, schema: impl Into<Value>) -> Self {
        self.text_format(JsonSchemaFormat {
            name: wire_name(name),
            schema: schema.into(),
            strict: Some(true),
            ..Default::default()
        })
    }

    fn text_format(mut self, format: JsonSchemaFormat) -> Self {
        self.text.get_or_insert_default().format = Some(TextFormat::JsonSchema(format));
        self
    }

    /// Sets the most tokens of output, at least 16.
    #[must_use]
    pub fn max_output_tokens(mut self, tokens: u64) -> Self {
        self.max_output_tokens = Some(tokens);
        self
    }

    /// Sets how freely tokens are chosen, 0 to 2.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Sets how much of the probability tokens are chosen from, 0 to 1.
    #[must_use]
    pub fn top_p(mut self, top_p: f64) -> Self {
        self.top_p = Some(top_p);
        self
    }

    /// Adds data to send. Once each.
    #[must_use]
    pub fn include(mut self, what: impl Into<Include>) -> Self {
        let (list, what) = (self.include.get_or_insert_default(), what.into());
        if !list.contains(&what) {
            list.push(what);
        }
        self
    }

    /// Says whether the service keeps the response.
    #[must_use]
    pub fn store(mut self, store: bool) -> Self {
        self.store = Some(store);
        self
    }

    /// Sets how it is served.
    #[must_use]
    pub fn service_tier(mut self, tier: impl Into<ServiceTier>) -> Self {
        self.service_tier = Some(tier.into());
        self
    }

    /// Adds a note of yours; at most 16, keys of 64 characters, values of 512.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.get_or_insert_default().insert(key.into(), value.into());
        self
    }

    /// Sets the key of the prompt cache.
    #[must_use]
    pub fn prompt_cache_key(mut self, key: impl Into<String>) -> Self {
        self.prompt_cache_key = Some(key.into());
        self
    }
}
