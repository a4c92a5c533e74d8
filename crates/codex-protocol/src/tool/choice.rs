//! Which tool the model calls.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::item::NoDetails;

/// Which tool the model calls.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolChoice {
    /// `none`, `auto` or `required`.
    Mode(ToolChoiceMode),
    /// A certain tool, or a choice among some.
    Tool(ToolChoiceTarget),
}

impl ToolChoice {
    /// A function of yours.
    pub fn function(name: impl Into<String>) -> Self {
        Self::Tool(ToolChoiceTarget::Function(NamedTool { name: name.into(), ..NamedTool::default() }))
    }
}

impl From<ToolChoiceMode> for ToolChoice {
    fn from(mode: ToolChoiceMode) -> Self {
        Self::Mode(mode)
    }
}

impl From<ToolChoiceTarget> for ToolChoice {
    fn from(target: ToolChoiceTarget) -> Self {
        Self::Tool(target)
    }
}

open_enum! {
    /// How free the model is to call tools.
    pub enum ToolChoiceMode {
        /// No tools.
        None = "none",
        /// As it likes.
        Auto = "auto",
        /// At least one.
        Required = "required",
    }
}

tagged_union! {
    /// A certain tool, or a choice among some.
    pub enum ToolChoiceTarget {
        /// Some of the tools.
        "allowed_tools" => AllowedTools(AllowedTools),
        /// A function of yours.
        "function" => Function(NamedTool),
        /// A tool of yours that takes free text.
        "custom" => Custom(NamedTool),
        /// A tool of an MCP server.
        "mcp" => Mcp(McpToolChoice),
        /// Search of files.
        "file_search" => FileSearch(NoDetails),
        /// Search of the web.
        "web_search_preview" => WebSearchPreview(NoDetails),
        /// Search of the web, this version of it.
        "web_search_preview_2025_03_11" => WebSearchPreview20250311(NoDetails),
        /// Work on a computer.
        "computer" => Computer(NoDetails),
        /// Work on a computer, another name.
        "computer_use" => ComputerUse(NoDetails),
        /// Work on a computer, older form.
        "computer_use_preview" => ComputerUsePreview(NoDetails),
        /// Images.
        "image_generation" => ImageGeneration(NoDetails),
        /// Code in a container.
        "code_interpreter" => CodeInterpreter(NoDetails),
        /// A program that calls tools.
        "programmatic_tool_calling" => ProgrammaticToolCalling(NoDetails),
        /// A change to a file.
        "apply_patch" => ApplyPatch(NoDetails),
        /// A shell.
        "shell" => Shell(NoDetails),
    }
}

wire_struct! {
    /// A tool by its name.
    pub struct NamedTool {
        /// Its name.
        required name: String,
    }
}

wire_struct! {
    /// A tool of an MCP server.
    pub struct McpToolChoice {
        /// The server.
        required server_label: String,
        /// The tool; any when absent.
        optional name: String,
    }
}

wire_struct! {
    /// Some of the tools of the request. The list of all stays the same, which keeps the prompt cache warm.
    pub struct AllowedTools {
        /// `auto` or `required`.
        optional mode: ToolChoiceMode,
        /// The tools, each as `{"type": …, "name": …}`.
        list tools: Map<String, Value>,
    }
}

impl Serialize for ToolChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mode(mode) => mode.serialize(serializer),
            Self::Tool(target) => target.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ToolChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ToolChoiceVisitor)
    }
}

struct ToolChoiceVisitor;

impl<'de> Visitor<'de> for ToolChoiceVisitor {
    type Value = ToolChoice;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tool choice: a string or an object")
    }

    fn visit_str<E: Error>(self, mode: &str) -> Result<ToolChoice, E> {
        Ok(ToolChoice::Mode(ToolChoiceMode::from(mode)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ToolChoice, A::Error> {
        // The union wants the text of the object, which a map no longer has.
        let object = Map::<String, Value>::deserialize(MapAccessDeserializer::new(map))?;
        serde_json::from_value(object.into()).map(ToolChoice::Tool).map_err(A::Error::custom)
    }
}
