//! MCP servers.

use serde_json::Value;

use super::ItemStatus;

wire_struct! {
    /// A call of a tool on an MCP server, made by the service.
    pub struct McpCall {
        /// Id of the item.
        optional id: String,
        /// The server.
        required server_label: String,
        /// The tool.
        required name: String,
        /// The arguments: a string of JSON.
        #[serde(default, deserialize_with = "crate::lenient::text_of_json")]
        required arguments: String,
        /// What the tool answered.
        optional output: String,
        /// What went wrong.
        optional error: McpError,
        /// The request for approval that led to it.
        optional approval_request_id: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

tagged_union! {
    /// What went wrong in an MCP call. Some servers send a string here: it is `Unknown` with an empty kind.
    pub enum McpError {
        /// The protocol.
        "mcp_protocol_error" => Protocol(McpCodedError),
        /// The tool.
        "mcp_tool_execution_error" => ToolExecution(McpToolError),
        /// The connection.
        "http_error" => Http(McpCodedError),
    }
}

wire_struct! {
    /// An error with a number.
    pub struct McpCodedError {
        /// A JSON-RPC code or an HTTP status.
        required code: i64,
        /// For the reader.
        filled message: String,
    }
}

wire_struct! {
    /// What a tool said when it failed.
    pub struct McpToolError {
        /// Any JSON.
        filled content: Value,
    }
}

wire_struct! {
    /// The tools of an MCP server.
    pub struct McpListTools {
        /// Id of the item.
        optional id: String,
        /// The server.
        required server_label: String,
        /// Its tools.
        list tools: McpToolInfo,
        /// Why they could not be listed: a string here, an object in a call.
        optional error: String,
    }
}

wire_struct! {
    /// A tool of an MCP server.
    pub struct McpToolInfo {
        /// Its name.
        required name: String,
        /// What it does.
        optional description: String,
        /// JSON schema of its arguments.
        filled input_schema: Value,
        /// What the server says about it.
        optional annotations: Value,
    }
}

wire_struct! {
    /// The service asks before it calls an MCP tool. Answer with a
    /// [`McpApprovalResponse`] that names its `id`.
    pub struct McpApprovalRequest {
        /// Id of the item.
        optional id: String,
        /// The server.
        required server_label: String,
        /// The tool.
        required name: String,
        /// The arguments: a string of JSON.
        #[serde(default, deserialize_with = "crate::lenient::text_of_json")]
        required arguments: String,
    }
}

wire_struct! {
    /// Whether the service may call the tool.
    pub struct McpApprovalResponse {
        /// Id of the item.
        optional id: String,
        /// The request it answers.
        required approval_request_id: String,
        /// Yes or no. Absent only in the stubs of `response.steer.pending`.
        optional approve: bool,
        /// Why.
        optional reason: String,
    }
}

impl McpApprovalResponse {
    /// The answer to the request with this id.
    pub fn new(approval_request_id: impl Into<String>, approve: bool) -> Self {
        Self { approval_request_id: approval_request_id.into(), approve: Some(approve), ..Self::default() }
    }
}
