//! Reasoning, compaction and references.

use super::ItemStatus;
use crate::content::ContentPart;
use crate::options::{ReasoningConfig, TextConfig};

wire_struct! {
    /// The model thinks. To let it go on thinking in a later request without storage, give the item back
    /// with its `encrypted_content` (asked for by `include`).
    pub struct Reasoning {
        /// Id of the item.
        optional id: String,
        /// Parts of the summary (`summary_text`).
        list summary: ContentPart,
        /// Raw reasoning (`reasoning_text`), from models that show it.
        optional content: Vec<ContentPart>,
        /// The reasoning, readable by the service alone.
        optional encrypted_content: String,
        /// How far it has come.
        optional status: ItemStatus,
    }
}

impl Reasoning {
    /// The texts of the summary, a blank line between two.
    pub fn summary_text(&self) -> String {
        plain_texts(&self.summary).join("\n\n")
    }

    /// The raw reasoning; empty when the model does not show it.
    pub fn text(&self) -> String {
        plain_texts(self.content.as_deref().unwrap_or_default()).concat()
    }
}

fn plain_texts(parts: &[ContentPart]) -> Vec<&str> {
    let text = |part| match part {
        &ContentPart::SummaryText(ref part) | &ContentPart::ReasoningText(ref part) => {
            Some(part.text.as_str())
        }
        _ => None,
    };
    parts.iter().filter_map(text).collect()
}

wire_struct! {
    /// An earlier part of the conversation, compacted; readable by the service alone.
    pub struct Compaction {
        /// Id of the item.
        optional id: String,
        /// The compacted part.
        required encrypted_content: String,
        /// Who made it.
        optional created_by: String,
    }
}

wire_struct! {
    /// Asks the service to compact before it answers.
    pub struct CompactionTrigger {
        /// Id of the item.
        optional id: String,
    }
}

wire_struct! {
    /// Settings that hold from here on.
    pub struct ConfigurationUpdate {
        /// Id of the item.
        optional id: String,
        /// How much the model thinks.
        optional reasoning: ReasoningConfig,
        /// The form of the answer.
        optional text: TextConfig,
    }
}

wire_struct! {
    /// An item the service already has.
    pub struct ItemReference {
        /// Its id.
        required id: String,
    }
}
