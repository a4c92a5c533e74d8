//! The events of the stream, as one writes them first: an enum tagged by `type`, owned fields.

use serde::Deserialize;

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
#[serde(tag = "type")]
pub(crate) enum StreamEvent {
    #[serde(rename = "response.created")]
    Created { sequence_number: u64, response: Response },
    #[serde(rename = "response.in_progress")]
    InProgress { sequence_number: u64, response: Response },
    #[serde(rename = "response.output_item.added")]
    OutputItemAdded { sequence_number: u64, output_index: u32, item: Message },
    #[serde(rename = "response.content_part.added")]
    ContentPartAdded { sequence_number: u64, item_id: String, part: Part },
    #[serde(rename = "response.output_text.delta")]
    OutputTextDelta {
        sequence_number: u64,
        item_id: String,
        output_index: u32,
        content_index: u32,
        delta: String,
        #[serde(default)]
        logprobs: Vec<Logprob>,
        obfuscation: Option<String>,
    },
    #[serde(rename = "response.output_text.done")]
    OutputTextDone { sequence_number: u64, item_id: String, text: String },
    #[serde(rename = "response.content_part.done")]
    ContentPartDone { sequence_number: u64, item_id: String, part: Part },
    #[serde(rename = "response.output_item.done")]
    OutputItemDone { sequence_number: u64, output_index: u32, item: Message },
    #[serde(rename = "response.completed")]
    Completed { sequence_number: u64, response: Response },
    #[serde(other)]
    Other,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
pub(crate) struct Logprob {
    token: String,
    logprob: f64,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
pub(crate) struct Message {
    id: String,
    status: String,
    role: String,
    pub(crate) content: Vec<Part>,
}

#[derive(Deserialize)]
pub(crate) struct Part {
    #[serde(default)]
    pub(crate) text: String,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
pub(crate) struct Response {
    id: String,
    status: String,
    model: String,
    output: Vec<Message>,
    usage: Option<Usage>,
}

#[expect(dead_code, reason = "decoded as a user would; black_box keeps the work")]
#[derive(Deserialize)]
pub(crate) struct Usage {
    input_tokens: u64,
    output_tokens: u64,
    total_tokens: u64,
}
