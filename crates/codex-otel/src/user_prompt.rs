//! The event of what a user asked for.

use codex_observe::{FieldValue, Privacy};

/// Its name in telemetry.
pub(crate) const NAME: &str = "codex.user_prompt";

/// In place of the text, unless it is allowed.
const REDACTED: &str = "[REDACTED]";

/// What a user asked for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UserPrompt<'a> {
    /// The text: to the log sink only, and only with `log_user_prompts`.
    pub text: &'a str,
    /// How many texts it is made of.
    pub text_inputs: u64,
    /// How many images it has.
    pub image_inputs: u64,
    /// How many of them are files of this machine.
    pub local_image_inputs: u64,
}

impl<'a> UserPrompt<'a> {
    /// A prompt of one text.
    pub fn new(text: &'a str) -> Self {
        Self { text, text_inputs: 1, image_inputs: 0, local_image_inputs: 0 }
    }

    pub(crate) fn visit(
        &self,
        allowed: bool,
        visitor: &mut dyn FnMut(&'static str, Privacy, FieldValue<'a>),
    ) {
        let length = u64::try_from(self.text.chars().count()).unwrap_or(u64::MAX);
        visitor("prompt_length", Privacy::Both, FieldValue::Unsigned(length));
        let text = if allowed { self.text } else { REDACTED };
        visitor("prompt", Privacy::LogOnly, FieldValue::Text(text));
        visitor("text_input_count", Privacy::TraceOnly, FieldValue::Unsigned(self.text_inputs));
        visitor("image_input_count", Privacy::TraceOnly, FieldValue::Unsigned(self.image_inputs));
        visitor("local_image_input_count", Privacy::TraceOnly, FieldValue::Unsigned(self.local_image_inputs));
    }
}
