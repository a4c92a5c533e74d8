//! Calls of your own tools.

use super::ItemStatus;
use crate::content::Content;

wire_struct! {
    /// The model calls a function of yours. Answer with a
    /// [`FunctionCallOutput`] that has the same `call_id`.
    pub struct FunctionCall {
        /// Id of the item (`fc_…`), not the one to answer to.
        optional id: String,
        /// What the output refers to.
        required call_id: String,
        /// The function.
        required name: String,
        /// The arguments: a string that should hold JSON. The model writes it, so check it.
        #[serde(default, deserialize_with = "crate::lenient::text_of_json")]
        required arguments: String,
        /// The namespace of the function.
        optional namespace: String,
        /// Who called: the model itself or a program it wrote.
        optional caller: Caller,
        /// Whether the model goes on without waiting for the output.
        #[serde(rename = "async")]
        optional is_async: bool,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

impl FunctionCall {
    /// Decodes the arguments.
    ///
    /// # Errors
    ///
    /// When the model wrote something that is not JSON or does not fit `T`.
    pub fn parse_arguments<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.arguments)
    }
}

wire_struct! {
    /// What your function answered.
    pub struct FunctionCallOutput {
        /// Id of the item.
        optional id: String,
        /// The call it answers.
        optional call_id: String,
        /// A string or parts. Absent only in the stubs of `response.steer.pending`.
        optional output: Content,
        /// The function.
        optional name: String,
        /// The namespace of the function.
        optional namespace: String,
        /// Who called: the model itself or a program it wrote.
        optional caller: Caller,
        /// Who made it.
        optional created_by: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

impl FunctionCallOutput {
    /// The answer to the call with this `call_id`.
    pub fn new(call_id: impl Into<String>, output: impl Into<Content>) -> Self {
        Self { call_id: Some(call_id.into()), output: Some(output.into()), ..Self::default() }
    }
}

wire_struct! {
    /// The model calls a tool of yours that takes free text. Answer with a
    /// [`CustomToolCallOutput`] that has the same `call_id`.
    pub struct CustomToolCall {
        /// Id of the item, not the one to answer to.
        optional id: String,
        /// What the output refers to.
        required call_id: String,
        /// The tool.
        required name: String,
        /// Free text, in the grammar of the tool if it has one.
        #[serde(default, deserialize_with = "crate::lenient::text_of_json")]
        required input: String,
        /// The namespace of the tool.
        optional namespace: String,
        /// Who called: the model itself or a program it wrote.
        optional caller: Caller,
        /// Whether the model goes on without waiting for the output.
        #[serde(rename = "async")]
        optional is_async: bool,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// What your free-text tool answered.
    pub struct CustomToolCallOutput {
        /// Id of the item.
        optional id: String,
        /// The call it answers.
        required call_id: String,
        /// A string or parts. Absent only in the stubs of `response.steer.pending`.
        optional output: Content,
        /// Who called: the model itself or a program it wrote.
        optional caller: Caller,
        /// Who made it.
        optional created_by: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

impl CustomToolCallOutput {
    /// The answer to the call with this `call_id`.
    pub fn new(call_id: impl Into<String>, output: impl Into<Content>) -> Self {
        Self { call_id: call_id.into(), output: Some(output.into()), ..Self::default() }
    }
}

tagged_union! {
    /// Who called a tool.
    pub enum Caller {
        /// The model itself.
        "direct" => Direct(DirectCaller),
        /// A program the model wrote.
        "program" => Program(ProgramCaller),
    }
}

wire_struct! {
    /// The model itself called.
    pub struct DirectCaller {}
}

wire_struct! {
    /// A program the model wrote called.
    pub struct ProgramCaller {
        /// The `call_id` of the program.
        required caller_id: String,
    }
}
