//! Items, parts and what tools are given and give.

use crate::content::ContentPart;
use crate::item::{ItemStatus, ResponseItem, ShellOutput};

event_struct! {
    /// An item begins (its content is still empty), or is whole.
    pub struct OutputItemEvent {
        /// The item. Where the server sends null, it is `Unknown` with an empty kind.
        required item: Box<ResponseItem>,
        /// Its position in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
    }
}

event_struct! {
    /// A part of an item begins, or is whole.
    pub struct ContentPartEvent {
        /// The part.
        required part: Box<ContentPart>,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the item.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional content_index: u32,
    }
}

event_struct! {
    /// A part of a summary of reasoning begins, or is whole.
    pub struct SummaryPartEvent {
        /// The part.
        required part: Box<ContentPart>,
        /// The reasoning item.
        optional item_id: String,
        /// Position of the item in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the part in the summary.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional summary_index: u32,
        /// `incomplete` when it was cut off.
        optional status: ItemStatus,
    }
}

event_struct! {
    /// More of what a tool is given: arguments, free text or code.
    pub struct CallDelta {
        /// The text to append.
        required delta: String,
        /// The call.
        optional item_id: String,
        /// Position of the call in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Random padding that hides the length of the text.
        optional obfuscation: String,
    }
}

event_struct! {
    /// The arguments of a call, whole.
    pub struct CallArgumentsDone {
        /// A string that should hold JSON.
        required arguments: String,
        /// The call.
        optional item_id: String,
        /// Position of the call in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// The function; not every server sends it.
        optional name: String,
    }
}

event_struct! {
    /// The free text of a call, whole.
    pub struct CallInputDone {
        /// The text.
        required input: String,
        /// The call.
        optional item_id: String,
        /// Position of the call in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
    }
}

event_struct! {
    /// The code of a call, whole.
    pub struct CallCodeDone {
        /// The code.
        required code: String,
        /// The call.
        optional item_id: String,
        /// Position of the call in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
    }
}

event_struct! {
    /// A picture of an image in the making.
    pub struct PartialImage {
        /// The picture, base64.
        required partial_image_b64: String,
        /// Position of the picture.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional partial_image_index: u32,
        /// The call.
        optional item_id: String,
        /// Position of the call in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Width and height.
        optional size: String,
        /// How fine.
        optional quality: String,
        /// `transparent` or `opaque`.
        optional background: String,
        /// `png`, `webp`, `jpeg`, `gif` or `svg`.
        optional output_format: String,
    }
}

event_struct! {
    /// A command of a shell call begins, or is whole.
    pub struct ShellCommand {
        /// The command.
        required command: String,
        /// Its position in the call.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional command_index: u32,
        /// Position of the call in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
    }
}

event_struct! {
    /// More of a command of a shell call.
    pub struct ShellCommandDelta {
        /// The text to append.
        required delta: String,
        /// Position of the command in the call.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional command_index: u32,
        /// Position of the call in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Random padding that hides the length of the text.
        optional obfuscation: String,
    }
}

event_struct! {
    /// More of what a command gave. The delta is an object here.
    pub struct ShellOutputDelta {
        /// The text to append.
        required delta: ShellOutputText,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the command in the call.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional command_index: u32,
    }
}

wire_struct! {
    /// Text of a command, by where it wrote it.
    pub struct ShellOutputText {
        /// To standard output.
        optional stdout: String,
        /// To standard error.
        optional stderr: String,
    }
}

event_struct! {
    /// What a command gave, whole.
    pub struct ShellOutputDone {
        /// The outputs.
        list output: ShellOutput,
        /// The item.
        optional item_id: String,
        /// Position of the item in the output.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional output_index: u32,
        /// Position of the command in the call.
        #[serde(deserialize_with = "crate::lenient::index")]
        optional command_index: u32,
    }
}

event_struct! {
    /// More sound, base64, or more of its transcript.
    pub struct AudioDelta {
        /// What to append.
        required delta: String,
        /// The response; not every server sends it.
        optional response_id: String,
        /// Random padding that hides the length of the text.
        optional obfuscation: String,
    }
}

event_struct! {
    /// The sound, or its transcript, is whole.
    pub struct AudioDone {
        /// The response; not every server sends it.
        optional response_id: String,
    }
}
