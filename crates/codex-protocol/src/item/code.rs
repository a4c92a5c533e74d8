//! Code, programs and images.

use super::ItemStatus;

wire_struct! {
    /// Code was run in a container.
    pub struct CodeInterpreterCall {
        /// Id of the item.
        optional id: String,
        /// The container.
        optional container_id: String,
        /// The code.
        nullable code: String,
        /// What it gave; only with `code_interpreter_call.outputs` in `include`.
        nullable outputs: Vec<CodeOutput>,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

tagged_union! {
    /// What code gave.
    pub enum CodeOutput {
        /// Text.
        "logs" => Logs(CodeLogs),
        /// An image.
        "image" => Image(CodeImage),
    }
}

wire_struct! {
    /// Text that code gave.
    pub struct CodeLogs {
        /// The text.
        required logs: String,
    }
}

wire_struct! {
    /// An image that code gave.
    pub struct CodeImage {
        /// Where it is.
        required url: String,
    }
}

wire_struct! {
    /// A program the model wrote to call tools.
    pub struct Program {
        /// Id of the item.
        optional id: String,
        /// What its output and its calls refer to.
        required call_id: String,
        /// The program.
        filled code: String,
        /// What the service knows it by.
        filled fingerprint: String,
    }
}

wire_struct! {
    /// What a program gave.
    pub struct ProgramOutput {
        /// Id of the item.
        optional id: String,
        /// The program.
        required call_id: String,
        /// Its result.
        filled result: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// An image was made.
    pub struct ImageGenerationCall {
        /// Id of the item.
        optional id: String,
        /// The image, base64.
        nullable result: String,
        /// The prompt as the service changed it.
        optional revised_prompt: String,
        /// Made anew or edited.
        optional action: String,
        /// `transparent`, `opaque` or `auto`.
        optional background: String,
        /// `png`, `webp`, `jpeg`, `gif` or `svg`.
        optional output_format: String,
        /// How fine.
        optional quality: String,
        /// Width and height, such as `1024x1024`.
        optional size: String,
        /// Why there is none.
        optional error: ImageGenerationError,
        /// What making an SVG cost.
        optional svg_usage: SvgUsage,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

wire_struct! {
    /// Why an image was not made.
    pub struct ImageGenerationError {
        /// For the reader.
        filled message: String,
        /// What kind of error.
        #[serde(rename = "type")]
        optional kind: String,
        /// Which error.
        optional code: String,
        /// Which parameter.
        optional param: String,
        /// What moderation found.
        optional moderation_details: ImageModeration,
    }
}

wire_struct! {
    /// What moderation of an image found.
    pub struct ImageModeration {
        /// Kinds of content.
        list categories: String,
        /// `input`, `output` or `unknown`.
        optional moderation_stage: String,
    }
}

wire_struct! {
    /// Tokens that making an SVG cost.
    pub struct SvgUsage {
        /// The model that made it.
        optional model: String,
        /// Tokens read.
        filled input_tokens: u64,
        /// Tokens written.
        filled output_tokens: u64,
        /// Of those, tokens of reasoning.
        filled reasoning_tokens: u64,
        /// All together.
        filled total_tokens: u64,
    }
}
