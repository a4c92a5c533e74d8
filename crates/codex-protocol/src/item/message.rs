//! Messages.

use super::ItemStatus;
use crate::content::{Content, ContentPart};

wire_struct! {
    /// A message: the three input forms of the service and its output form in one.
    pub struct Message {
        /// Id of the item; of output always, of input seldom.
        optional id: String,
        /// Who speaks.
        required role: Role,
        /// A string or parts.
        filled content: Content,
        /// How far it has come.
        optional status: ItemStatus,
        /// Whether the model thinks aloud on the way or gives its answer. Give it back as it came: models
        /// that use phases answer worse without.
        optional phase: Phase,
    }
}

impl Message {
    /// A message of someone.
    pub fn new(role: Role, content: impl Into<Content>) -> Self {
        Self { role, content: content.into(), ..Self::default() }
    }

    /// The texts of the message, joined.
    pub fn text(&self) -> String {
        self.content.text().into_owned()
    }

    /// Why the model declined, when it did.
    pub fn refusal(&self) -> Option<&str> {
        self.content.parts().iter().find_map(|part| match part {
            ContentPart::Refusal(part) => Some(part.refusal.as_str()),
            _ => None,
        })
    }
}

open_enum! {
    /// Who speaks.
    #[derive(Default)]
    pub enum Role {
        #[default]
        User = "user",
        Assistant = "assistant",
        System = "system",
        Developer = "developer",
        Tool = "tool",
        Critic = "critic",
        Discriminator = "discriminator",
        Unknown = "unknown",
    }
}

open_enum! {
    /// Where in its work the model says it.
    pub enum Phase {
        Commentary = "commentary",
        FinalAnswer = "final_answer",
    }
}
