//! MCP servers the service may call.

use std::collections::BTreeMap;

use serde_json::Value;

use super::AllowedCaller;
use crate::secret::WireSecret;

wire_struct! {
    /// Tools of an MCP server, called by the service: `server_url`, `connector_id` or `tunnel_id`.
    pub struct McpTool {
        /// What the server is called in items.
        required server_label: String,
        /// Where it is.
        optional server_url: String,
        /// A connector of the service.
        optional connector_id: String,
        /// A tunnel to a server of yours.
        optional tunnel_id: String,
        /// What it is for.
        optional server_description: String,
        /// Token for the server. Never shown.
        optional authorization: WireSecret,
        /// Headers for the server. Values are never shown.
        optional headers: BTreeMap<String, WireSecret>,
        /// Which tools: a list of names, or `{read_only?, tool_names?}`.
        optional allowed_tools: Value,
        /// When you want to be asked: `always`, `never`, or `{always?, never?}`, each
        /// `{read_only?, tool_names?}`.
        optional require_approval: Value,
        /// Whether its tools are loaded only when a tool search finds them.
        optional defer_loading: bool,
        /// Who may call it; the model itself when absent.
        optional allowed_callers: Vec<AllowedCaller>,
    }
}

impl McpTool {
    /// The tools of the server at a URL.
    pub fn new(server_label: impl Into<String>, server_url: impl Into<String>) -> Self {
        Self { server_label: server_label.into(), server_url: Some(server_url.into()), ..Self::default() }
    }
}
