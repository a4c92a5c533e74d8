//! Tools a model may call.

mod choice;
mod function;
mod hosted;
mod mcp;
mod shell;

pub use choice::*;
pub use function::*;
pub use hosted::*;
pub use mcp::*;
pub use shell::*;

use crate::item::NoDetails;

tagged_union! {
    /// A tool the model may call: one of yours, or one of the service.
    ///
    /// ```
    /// use codex_protocol::{FunctionTool, Tool};
    /// use serde_json::json;
    ///
    /// let tool: Tool = FunctionTool::new("get_weather", json!({"type": "object", "properties": {}})).into();
    /// assert_eq!(tool.kind(), "function");
    /// ```
    pub enum Tool {
        /// A function of yours.
        "function" => Function(FunctionTool),
        /// A tool of yours that takes free text.
        "custom" => Custom(CustomTool),
        /// Functions under one name.
        "namespace" => Namespace(NamespaceTool),
        /// Search of files.
        "file_search" => FileSearch(FileSearchTool),
        /// Search of the web.
        "web_search" => WebSearch(WebSearchTool),
        /// Search of the web, this version of it.
        "web_search_2025_08_26" => WebSearch20250826(WebSearchTool),
        /// Search of the web, older form.
        "web_search_preview" => WebSearchPreview(WebSearchPreviewTool),
        /// Search of the web, older form, this version of it.
        "web_search_preview_2025_03_11" => WebSearchPreview20250311(WebSearchPreviewTool),
        /// Work on a computer.
        "computer" => Computer(NoDetails),
        /// Work on a computer, older form.
        "computer_use_preview" => ComputerUsePreview(ComputerUsePreviewTool),
        /// Tools of an MCP server, called by the service.
        "mcp" => Mcp(Box<McpTool>),
        /// Code in a container.
        "code_interpreter" => CodeInterpreter(CodeInterpreterTool),
        /// Programs of the model that call tools.
        "programmatic_tool_calling" => ProgrammaticToolCalling(NoDetails),
        /// Images.
        "image_generation" => ImageGeneration(Box<ImageGenerationTool>),
        /// A shell on your side, older form.
        "local_shell" => LocalShell(NoDetails),
        /// A shell.
        "shell" => Shell(ShellTool),
        /// Search of tools that are loaded when needed.
        "tool_search" => ToolSearch(ToolSearchTool),
        /// Changes to files on your side.
        "apply_patch" => ApplyPatch(ApplyPatchTool),
    }
}

impl From<FunctionTool> for Tool {
    fn from(tool: FunctionTool) -> Self {
        Self::Function(tool)
    }
}

impl From<CustomTool> for Tool {
    fn from(tool: CustomTool) -> Self {
        Self::Custom(tool)
    }
}

impl From<McpTool> for Tool {
    fn from(tool: McpTool) -> Self {
        Self::Mcp(Box::new(tool))
    }
}

impl From<WebSearchTool> for Tool {
    fn from(tool: WebSearchTool) -> Self {
        Self::WebSearch(tool)
    }
}

open_enum! {
    /// Who may call a tool.
    pub enum AllowedCaller {
        Direct = "direct",
        Programmatic = "programmatic",
    }
}
