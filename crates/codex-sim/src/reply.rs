//! A successful answer: output items, how they are cut into deltas, how the response ends.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::usage::Usage;

/// What a matching request is answered with when all goes well.
///
/// The simulator adds ids, statuses, indexes, sequence numbers, usage and the events around them.
///
/// ```
/// use codex_sim::{Reply, Usage};
/// use serde_json::json;
///
/// let reply = Reply::new()
///     .reasoning_summary("I need the weather.")
///     .function_call("get_weather", json!({"city": "Paris"}))
///     .usage(Usage::new(120, 60).reasoning(32));
/// # let _ = reply;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Reply {
    /// One message with this text, after all of `output`.
    pub text: Option<String>,
    /// The output items, in order.
    pub output: Vec<Output>,
    /// How text is cut into deltas.
    pub delta: DeltaSize,
    /// Token counts; what is missing is estimated.
    pub usage: Usage,
    /// Ends the response as `incomplete` with this reason, such as `max_output_tokens`.
    pub incomplete: Option<String>,
    /// The model named in the answer. Without it, the model of the request.
    pub model: Option<String>,
    /// Further headers of the answer.
    pub headers: BTreeMap<String, String>,
}

/// One output item of a [`Reply`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Output {
    /// An assistant message with one `output_text` part.
    Message {
        /// Its text.
        text: String,
        /// `commentary` or `final_answer`; left out when not given.
        #[serde(default)]
        phase: Option<String>,
        /// Annotations, each a JSON object as on the wire, announced by an event each.
        #[serde(default)]
        annotations: Vec<Value>,
    },
    /// An assistant message that refuses.
    Refusal {
        /// The text of the refusal.
        text: String,
    },
    /// A message whose text is this JSON, for structured output.
    Json {
        /// The value; sent as compact JSON text.
        value: Value,
    },
    /// A reasoning item.
    Reasoning {
        /// Summary parts.
        #[serde(default)]
        summary: Vec<String>,
        /// Raw reasoning text, as open models send it.
        #[serde(default)]
        text: Option<String>,
        /// Opaque reasoning. Made up when the request includes `reasoning.encrypted_content`.
        #[serde(default)]
        encrypted_content: Option<String>,
    },
    /// A function call.
    FunctionCall {
        /// The function.
        name: String,
        /// Its arguments: a JSON value, or a string that is sent as it is (to test bad JSON).
        arguments: Value,
        /// Made up when not given.
        #[serde(default)]
        call_id: Option<String>,
    },
    /// A call of a custom tool, with free text.
    CustomToolCall {
        /// The tool.
        name: String,
        /// Its input.
        input: String,
        /// Made up when not given.
        #[serde(default)]
        call_id: Option<String>,
    },
    /// A web search that the service ran itself.
    WebSearch {
        /// What was searched.
        query: String,
    },
    /// Any other item, as JSON: sent by `output_item.added` and `output_item.done` alone.
    Item {
        /// The whole item. An `id` is added when it has none.
        item: Value,
    },
}

/// How text is cut into deltas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeltaSize {
    /// This many words a delta; a word keeps the white space before it.
    Words(usize),
    /// This many characters a delta.
    Chars(usize),
    /// The whole text in one delta.
    Whole,
}

impl Default for DeltaSize {
    fn default() -> Self {
        Self::Words(1)
    }
}

impl Reply {
    /// An empty reply: a completed response without output.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A message with this text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    /// A message whose text is this JSON: structured output.
    #[must_use]
    pub fn json(value: Value) -> Self {
        Self::new().output(Output::Json { value })
    }

    /// A message that refuses.
    pub fn refusal(text: impl Into<String>) -> Self {
        Self::new().output(Output::Refusal { text: text.into() })
    }

    /// Adds an output item.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output.push(output);
        self
    }

    /// Adds a message.
    #[must_use]
    pub fn message(self, text: impl Into<String>) -> Self {
        self.output(Output::Message { text: text.into(), phase: None, annotations: Vec::new() })
    }

    /// Adds a message of a phase: `commentary` or `final_answer`.
    #[must_use]
    pub fn message_in_phase(self, phase: impl Into<String>, text: impl Into<String>) -> Self {
        self.output(Output::Message { text: text.into(), phase: Some(phase.into()), annotations: Vec::new() })
    }

    /// Adds a reasoning item with one summary part.
    #[must_use]
    pub fn reasoning_summary(self, text: impl Into<String>) -> Self {
        self.output(Output::Reasoning { summary: vec![text.into()], text: None, encrypted_content: None })
    }

    /// Adds a reasoning item with raw text.
    #[must_use]
    pub fn reasoning_text(self, text: impl Into<String>) -> Self {
        self.output(Output::Reasoning {
            summary: Vec::new(),
            text: Some(text.into()),
            encrypted_content: None,
        })
    }

    /// Adds a function call. Several make parallel calls.
    #[must_use]
    pub fn function_call(self, name: impl Into<String>, arguments: Value) -> Self {
        self.output(Output::FunctionCall { name: name.into(), arguments, call_id: None })
    }

    /// Adds a call of a custom tool.
    #[must_use]
    pub fn custom_tool_call(self, name: impl Into<String>, input: impl Into<String>) -> Self {
        self.output(Output::CustomToolCall { name: name.into(), input: input.into(), call_id: None })
    }

    /// Adds a finished web search.
    #[must_use]
    pub fn web_search(self, query: impl Into<String>) -> Self {
        self.output(Output::WebSearch { query: query.into() })
    }

    /// Sets how text is cut into deltas.
    #[must_use]
    pub fn delta(mut self, size: DeltaSize) -> Self {
        self.delta = size;
        self
    }

    /// Sets token counts.
    #[must_use]
    pub fn usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }

    /// Ends the response as incomplete.
    #[must_use]
    pub fn incomplete(mut self, reason: impl Into<String>) -> Self {
        self.incomplete = Some(reason.into());
        self
    }

    /// Names another model in the answer than the one asked for.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }
}
