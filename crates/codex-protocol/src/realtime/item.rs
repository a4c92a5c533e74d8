//! Items of a conversation.

use crate::item::{ItemStatus, McpApprovalRequest, McpApprovalResponse, McpCall, McpListTools, Role};
use crate::type_tag::has_key;

tagged_union! {
    /// An item of a realtime conversation.
    pub enum RealtimeItem {
        /// A message.
        "message" => Message(RealtimeMessage),
        /// The model calls a function of yours.
        "function_call" => FunctionCall(RealtimeFunctionCall),
        /// What your function answered.
        "function_call_output" => FunctionCallOutput(RealtimeFunctionCallOutput),
        /// A call of a tool on an MCP server.
        "mcp_call" => McpCall(Box<McpCall>),
        /// The tools of an MCP server.
        "mcp_list_tools" => McpListTools(McpListTools),
        /// The service asks before it calls an MCP tool.
        "mcp_approval_request" => McpApprovalRequest(Box<McpApprovalRequest>),
        /// Your answer.
        "mcp_approval_response" => McpApprovalResponse(Box<McpApprovalResponse>),
        /// Input of a response only: an item of the conversation.
        "item_reference" => ItemReference(RealtimeItemReference),
    }
    untyped: guess_kind;
}

/// As in [`crate::ResponseItem`].
fn guess_kind(json: &str) -> Option<&'static str> {
    has_key(json, "role").then_some("message")
}

impl RealtimeItem {
    /// A message of the user with one part.
    pub fn user(part: RealtimePart) -> Self {
        Self::Message(RealtimeMessage {
            role: Some(Role::User),
            content: vec![part],
            ..RealtimeMessage::default()
        })
    }

    /// What your function answered.
    pub fn function_call_output(call_id: impl Into<String>, output: impl Into<String>) -> Self {
        Self::FunctionCallOutput(RealtimeFunctionCallOutput {
            call_id: call_id.into(),
            output: output.into(),
            ..RealtimeFunctionCallOutput::default()
        })
    }

    /// Its id.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Message(item) => item.id.as_deref(),
            Self::FunctionCall(item) => item.id.as_deref(),
            Self::FunctionCallOutput(item) => item.id.as_deref(),
            Self::McpCall(item) => item.id.as_deref(),
            Self::McpListTools(item) => item.id.as_deref(),
            Self::McpApprovalRequest(item) => item.id.as_deref(),
            Self::McpApprovalResponse(item) => item.id.as_deref(),
            Self::ItemReference(item) => Some(&item.id),
            Self::Unknown(_) => None,
        }
    }
}

impl Default for RealtimeItem {
    fn default() -> Self {
        Self::Message(RealtimeMessage::default())
    }
}

wire_struct! {
    /// A message.
    pub struct RealtimeMessage {
        /// Its id.
        optional id: String,
        /// From the service: `realtime.item`.
        optional object: String,
        /// Who speaks.
        optional role: Role,
        /// What.
        list content: RealtimePart,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// The model calls a function of yours.
    pub struct RealtimeFunctionCall {
        /// Its id.
        optional id: String,
        /// From the service: `realtime.item`.
        optional object: String,
        /// What the output refers to.
        optional call_id: String,
        /// The function.
        required name: String,
        /// The arguments: a string that should hold JSON. The model writes it, so check it.
        #[serde(default, deserialize_with = "crate::lenient::text_of_json")]
        required arguments: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// What your function answered.
    pub struct RealtimeFunctionCallOutput {
        /// Its id.
        optional id: String,
        /// From the service: `realtime.item`.
        optional object: String,
        /// The call it answers.
        required call_id: String,
        /// The answer; any text.
        #[serde(default, deserialize_with = "crate::lenient::text_of_json")]
        required output: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// An item of the conversation.
    pub struct RealtimeItemReference {
        /// Its id.
        required id: String,
    }
}

tagged_union! {
    /// A part of a message.
    pub enum RealtimePart {
        /// Text for the model.
        "input_text" => InputText(TextPart),
        /// Sound for the model.
        "input_audio" => InputAudio(AudioPart),
        /// An image for the model.
        "input_image" => InputImage(ImagePart),
        /// Text of the model.
        "output_text" => OutputText(TextPart),
        /// Sound of the model.
        "output_audio" => OutputAudio(AudioPart),
        /// Text, in events of parts, in the beta and in the first version of the Codex service.
        "text" => Text(TextPart),
        /// Sound, in events of parts and in the beta.
        "audio" => Audio(AudioPart),
    }
}

impl RealtimePart {
    /// A text for the model.
    pub fn input_text(text: impl Into<String>) -> Self {
        Self::InputText(TextPart { text: text.into(), ..TextPart::default() })
    }

    /// Its text, or the transcript of its sound.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::InputText(part) | Self::OutputText(part) | Self::Text(part) => Some(&part.text),
            Self::InputAudio(part) | Self::OutputAudio(part) | Self::Audio(part) => {
                part.transcript.as_deref()
            }
            Self::InputImage(_) | Self::Unknown(_) => None,
        }
    }
}

impl Default for RealtimePart {
    fn default() -> Self {
        Self::InputText(TextPart::default())
    }
}

wire_struct! {
    /// Text.
    pub struct TextPart {
        /// The text.
        filled text: String,
    }
}

wire_struct! {
    /// Sound.
    pub struct AudioPart {
        /// Base64, in the form of the session.
        optional audio: String,
        /// What is said.
        optional transcript: String,
    }
}

wire_struct! {
    /// An image.
    pub struct ImagePart {
        /// `data:` URL.
        optional image_url: String,
        /// How closely the model looks.
        optional detail: crate::content::ImageDetail,
    }
}
