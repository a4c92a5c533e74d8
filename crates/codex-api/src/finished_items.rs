//! The items that a stream had finished, in case it breaks.

use codex_client::SseText;
use codex_protocol::{ResponseEvent, ResponseItem};

/// The texts of `response.output_item.done` events. They are decoded a second time only when a stream broke: a copy of
/// each item would cost every stream that does not.
#[derive(Default)]
pub(crate) struct FinishedItems(Vec<Text>);

enum Text {
    Copied(Box<str>),
    Shared(SseText),
}

impl FinishedItems {
    pub(crate) fn keep(&mut self, text: Option<&SseText>) {
        self.0.extend(text.map(|text| {
            if text.len() < SseText::COPIED_BELOW {
                Text::Copied(text.as_str().into())
            } else {
                Text::Shared(text.clone())
            }
        }));
    }

    pub(crate) fn take(&mut self) -> Vec<ResponseItem> {
        std::mem::take(&mut self.0).iter().filter_map(Text::item).collect()
    }
}

impl Text {
    fn item(&self) -> Option<ResponseItem> {
        let text = match self {
            Self::Copied(text) => text,
            Self::Shared(text) => text.as_str(),
        };
        match ResponseEvent::decode(Some("response.output_item.done"), text) {
            ResponseEvent::OutputItemDone(done) => Some(*done.item),
            _ => None,
        }
    }
}
