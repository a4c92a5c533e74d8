//! Tools of yours.

use schemars::JsonSchema;
use serde_json::Value;

use super::AllowedCaller;
use crate::item::NoDetails;
use crate::strict_schema::StrictSchema;

wire_struct! {
    /// A function of yours the model may call.
    pub struct FunctionTool {
        /// Letters, digits, `_` and `-`, at most 64.
        required name: String,
        /// What it does and when to call it: the model decides by this.
        optional description: String,
        /// JSON schema of the arguments.
        optional parameters: Value,
        /// Whether the arguments must fit the schema. The service takes absence as true where it can.
        optional strict: bool,
        /// JSON schema of what it answers.
        optional output_schema: Value,
        /// Whether the model may go on without waiting for the output.
        #[serde(rename = "async")]
        optional is_async: bool,
        /// Whether it is loaded only when a tool search finds it.
        optional defer_loading: bool,
        /// Who may call it; the model itself when absent.
        optional allowed_callers: Vec<AllowedCaller>,
    }
}

impl FunctionTool {
    /// A function with a schema of your own.
    pub fn new(name: impl Into<String>, parameters: impl Into<Value>) -> Self {
        Self { name: name.into(), parameters: Some(parameters.into()), ..Self::default() }
    }

    /// A function whose arguments are a type: its schema is derived, after the rules of
    /// [`StrictSchema`]. Where the type cannot be told in strict form, `strict` is false.
    ///
    /// ```
    /// use codex_protocol::{FunctionTool, schemars};
    ///
    /// #[derive(schemars::JsonSchema)]
    /// struct Weather {
    ///     /// The city, in English.
    ///     city: String,
    /// }
    ///
    /// let tool = FunctionTool::from_type::<Weather>("get_weather", "The weather now.");
    /// assert_eq!(tool.strict, Some(true));
    /// assert_eq!(
    ///     tool.parameters.unwrap()["properties"]["city"]["description"],
    ///     "The city, in English.",
    /// );
    /// ```
    pub fn from_type<T: JsonSchema>(name: impl Into<String>, description: impl Into<String>) -> Self {
        let schema = StrictSchema::of::<T>();
        Self {
            description: Some(description.into()),
            strict: Some(schema.strict),
            ..Self::new(name, schema.schema)
        }
    }

    /// Says what the function does.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Says whether the arguments must fit the schema.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }
}

wire_struct! {
    /// A tool of yours that takes free text.
    pub struct CustomTool {
        /// Its name.
        required name: String,
        /// What it does and when to call it.
        optional description: String,
        /// The form of the text; any text when absent.
        optional format: CustomToolFormat,
        /// Whether the model may go on without waiting for the output.
        #[serde(rename = "async")]
        optional is_async: bool,
        /// Whether it is loaded only when a tool search finds it.
        optional defer_loading: bool,
        /// Who may call it; the model itself when absent.
        optional allowed_callers: Vec<AllowedCaller>,
    }
}

impl CustomTool {
    /// A tool that takes any text.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self { name: name.into(), description: Some(description.into()), ..Self::default() }
    }
}

tagged_union! {
    /// The form of the text a custom tool takes.
    pub enum CustomToolFormat {
        /// Any text.
        "text" => Text(NoDetails),
        /// Text of a grammar.
        "grammar" => Grammar(Grammar),
    }
}

wire_struct! {
    /// A grammar.
    pub struct Grammar {
        /// `lark` or `regex`.
        required syntax: String,
        /// The grammar.
        required definition: String,
    }
}

wire_struct! {
    /// Functions under one name.
    pub struct NamespaceTool {
        /// Its name.
        required name: String,
        /// What its functions have in common.
        optional description: String,
        /// The functions.
        list tools: NamespaceMember,
    }
}

tagged_union! {
    /// A tool inside a namespace.
    pub enum NamespaceMember {
        /// A function.
        "function" => Function(FunctionTool),
        /// A tool that takes free text.
        "custom" => Custom(CustomTool),
    }
}

wire_struct! {
    /// Search of tools that are loaded when needed.
    pub struct ToolSearchTool {
        /// What can be found, when you search yourself.
        optional description: String,
        /// Who searches.
        optional execution: crate::item::ToolSearchExecution,
        /// JSON schema of what is asked, when you search yourself.
        optional parameters: Value,
    }
}

wire_struct! {
    /// Changes to files on your side.
    pub struct ApplyPatchTool {
        /// Who may call it; the model itself when absent.
        optional allowed_callers: Vec<AllowedCaller>,
    }
}
