//! What a user asked for, as telemetry counts it.

use codex_api::{ContentPart, Input, ResponseItem, ResponsesApiRequest};
use codex_otel::UserPrompt;

/// How the URL of an image begins that is a file of this machine.
const FILE_URL: &str = "data:";

/// The prompt of a request that was made from flags: a text, or one message with images.
pub(crate) fn user_prompt(request: &ResponsesApiRequest) -> Option<UserPrompt<'_>> {
    let parts = match request.input.as_ref()? {
        Input::Text(text) => return Some(UserPrompt::new(text)),
        Input::Items(items) => items.iter().filter_map(parts).flatten(),
    };
    let mut prompt = UserPrompt::new("");
    prompt.text_inputs = 0;
    for part in parts {
        match part {
            ContentPart::InputImage(image) => {
                let is_file = image.image_url.as_ref().is_some_and(|url| url.starts_with(FILE_URL));
                prompt.image_inputs += 1;
                prompt.local_image_inputs += u64::from(is_file);
            }
            part => {
                prompt.text = part.text().unwrap_or(prompt.text);
                prompt.text_inputs += u64::from(part.text().is_some());
            }
        }
    }
    Some(prompt)
}

fn parts(item: &ResponseItem) -> Option<&[ContentPart]> {
    match item {
        ResponseItem::Message(message) => Some(message.content.parts()),
        _ => None,
    }
}
