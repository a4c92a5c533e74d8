//! Items: what goes into a response and what comes out of it.

mod code;
mod computer;
mod function;
mod mcp;
mod message;
mod reasoning;
mod search;
mod shell;

pub use code::*;
pub use computer::*;
pub use function::*;
pub use mcp::*;
pub use message::*;
pub use reasoning::*;
pub use search::*;
pub use shell::*;

use crate::content::{Content, ContentPart};
use crate::type_tag::has_key;

tagged_union! {
    /// An item, of input and of output alike, so that what came out can be sent back in: nothing it came
    /// with is lost, and items this version does not know go back byte for byte.
    ///
    /// An input message may lack its `type`; an object with a `role` is a message. Where the service sends
    /// null for an item, it is `Unknown` with an empty kind.
    ///
    /// ```
    /// use codex_protocol::ResponseItem;
    ///
    /// let item: ResponseItem = serde_json::from_str(r#"{"role":"user","content":"Hello"}"#)?;
    /// assert_eq!(item, ResponseItem::user("Hello"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub enum ResponseItem {
        /// A message of the user, the developer or the model.
        "message" => Message(Message),
        /// The model thinks.
        "reasoning" => Reasoning(Reasoning),
        /// The model calls a function of yours.
        "function_call" => FunctionCall(FunctionCall),
        /// What your function answered.
        "function_call_output" => FunctionCallOutput(FunctionCallOutput),
        /// The model calls a tool of yours that takes free text.
        "custom_tool_call" => CustomToolCall(CustomToolCall),
        /// What your tool answered.
        "custom_tool_call_output" => CustomToolCallOutput(CustomToolCallOutput),
        /// A search of files.
        "file_search_call" => FileSearchCall(FileSearchCall),
        /// A search of the web.
        "web_search_call" => WebSearchCall(WebSearchCall),
        /// The model works a computer.
        "computer_call" => ComputerCall(ComputerCall),
        /// What the screen showed.
        "computer_call_output" => ComputerCallOutput(ComputerCallOutput),
        /// A program the model wrote to call tools.
        "program" => Program(Program),
        /// What that program gave.
        "program_output" => ProgramOutput(ProgramOutput),
        /// The model looks for tools.
        "tool_search_call" => ToolSearchCall(ToolSearchCall),
        /// Tools that were found.
        "tool_search_output" => ToolSearchOutput(ToolSearchOutput),
        /// Tools that are there from here on.
        "additional_tools" => AdditionalTools(AdditionalTools),
        /// An earlier part of the conversation, compacted.
        "compaction" | "compaction_summary" => Compaction(Compaction),
        /// An image was made.
        "image_generation_call" => ImageGenerationCall(Box<ImageGenerationCall>),
        /// Code was run in a container.
        "code_interpreter_call" => CodeInterpreterCall(CodeInterpreterCall),
        /// A command for a shell on your side (older form).
        "local_shell_call" => LocalShellCall(LocalShellCall),
        /// What that command gave.
        "local_shell_call_output" => LocalShellCallOutput(LocalShellCallOutput),
        /// Commands for a shell.
        "shell_call" => ShellCall(ShellCall),
        /// What those commands gave.
        "shell_call_output" => ShellCallOutput(ShellCallOutput),
        /// A change to a file.
        "apply_patch_call" => ApplyPatchCall(ApplyPatchCall),
        /// Whether the change could be made.
        "apply_patch_call_output" => ApplyPatchCallOutput(ApplyPatchCallOutput),
        /// A call of a tool on an MCP server.
        "mcp_call" => McpCall(McpCall),
        /// The tools of an MCP server.
        "mcp_list_tools" => McpListTools(McpListTools),
        /// The service asks before it calls an MCP tool.
        "mcp_approval_request" => McpApprovalRequest(McpApprovalRequest),
        /// Your answer.
        "mcp_approval_response" => McpApprovalResponse(McpApprovalResponse),
        /// Input only: other settings from here on.
        "configuration_update" => ConfigurationUpdate(ConfigurationUpdate),
        /// Input only: compact now.
        "compaction_trigger" => CompactionTrigger(CompactionTrigger),
        /// Input only: an item the service already has.
        "item_reference" => ItemReference(ItemReference),
    }
    untyped: guess_kind;
}

/// Input messages have no `type`; references may lack it (openai-python `response_input_item_param.py`).
fn guess_kind(json: &str) -> Option<&'static str> {
    if has_key(json, "role") {
        Some("message")
    } else if has_key(json, "id") {
        Some("item_reference")
    } else {
        None
    }
}

open_enum! {
    /// How far an item has come. Which values occur depends on the item.
    pub enum ItemStatus {
        InProgress = "in_progress",
        Completed = "completed",
        Incomplete = "incomplete",
        Searching = "searching",
        Generating = "generating",
        Interpreting = "interpreting",
        Calling = "calling",
        Failed = "failed",
    }
}

impl ResponseItem {
    /// A message of the user: a text, or a list of parts.
    pub fn user(content: impl Into<Content>) -> Self {
        Self::Message(Message::new(Role::User, content))
    }

    /// A message of the model, for giving it its own words back.
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::Message(Message::new(Role::Assistant, content))
    }

    /// Instructions of the developer.
    pub fn developer(content: impl Into<Content>) -> Self {
        Self::Message(Message::new(Role::Developer, content))
    }

    /// Instructions of the system; newer models call it the developer.
    pub fn system(content: impl Into<Content>) -> Self {
        Self::Message(Message::new(Role::System, content))
    }

    /// What your function answered to the call with this `call_id`: a text, or a list of parts.
    pub fn function_call_output(call_id: impl Into<String>, output: impl Into<Content>) -> Self {
        Self::FunctionCallOutput(FunctionCallOutput::new(call_id, output))
    }

    /// What your free-text tool answered to the call with this `call_id`.
    pub fn custom_tool_call_output(call_id: impl Into<String>, output: impl Into<Content>) -> Self {
        Self::CustomToolCallOutput(CustomToolCallOutput::new(call_id, output))
    }

    /// An item the service already has.
    pub fn reference(id: impl Into<String>) -> Self {
        Self::ItemReference(ItemReference { id: id.into(), ..ItemReference::default() })
    }

    /// The id of the item, when it has one.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Message(item) => item.id.as_deref(),
            Self::Reasoning(item) => item.id.as_deref(),
            Self::FunctionCall(item) => item.id.as_deref(),
            Self::FunctionCallOutput(item) => item.id.as_deref(),
            Self::CustomToolCall(item) => item.id.as_deref(),
            Self::CustomToolCallOutput(item) => item.id.as_deref(),
            Self::FileSearchCall(item) => item.id.as_deref(),
            Self::WebSearchCall(item) => item.id.as_deref(),
            Self::ComputerCall(item) => item.id.as_deref(),
            Self::ComputerCallOutput(item) => item.id.as_deref(),
            Self::Program(item) => item.id.as_deref(),
            Self::ProgramOutput(item) => item.id.as_deref(),
            Self::ToolSearchCall(item) => item.id.as_deref(),
            Self::ToolSearchOutput(item) => item.id.as_deref(),
            Self::AdditionalTools(item) => item.id.as_deref(),
            Self::Compaction(item) => item.id.as_deref(),
            Self::ImageGenerationCall(item) => item.id.as_deref(),
            Self::CodeInterpreterCall(item) => item.id.as_deref(),
            Self::LocalShellCall(item) => item.id.as_deref(),
            Self::LocalShellCallOutput(item) => item.id.as_deref(),
            Self::ShellCall(item) => item.id.as_deref(),
            Self::ShellCallOutput(item) => item.id.as_deref(),
            Self::ApplyPatchCall(item) => item.id.as_deref(),
            Self::ApplyPatchCallOutput(item) => item.id.as_deref(),
            Self::McpCall(item) => item.id.as_deref(),
            Self::McpListTools(item) => item.id.as_deref(),
            Self::McpApprovalRequest(item) => item.id.as_deref(),
            Self::McpApprovalResponse(item) => item.id.as_deref(),
            Self::ConfigurationUpdate(item) => item.id.as_deref(),
            Self::CompactionTrigger(item) => item.id.as_deref(),
            Self::ItemReference(item) => Some(&item.id),
            Self::Unknown(_) => None,
        }
    }

    /// The parts of a message.
    pub fn parts(&self) -> &[ContentPart] {
        match self {
            Self::Message(message) => message.content.parts(),
            _ => &[],
        }
    }
}
