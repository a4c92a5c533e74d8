//! The events that announce, fill and finish output items, in the order the service sends them.

use serde::Serialize;
use serde_json::json;

use crate::delta::pieces;
use crate::event::Event;
use crate::ids::Ids;
use crate::item::{Call, Item, Message, Part, Reasoning, WebSearch};
use crate::reply::DeltaSize;

/// Characters a delta of call arguments, when text is cut by words.
const ARGUMENT_CHARACTERS: usize = 12;

/// How deltas are written.
#[derive(Debug)]
pub(crate) struct DeltaStyle {
    pub(crate) size: DeltaSize,
    /// Source of the random padding; none when the request switched it off.
    pub(crate) padding: Option<Ids>,
}

/// Collects the events of one response's output.
#[derive(Debug)]
pub(crate) struct EventSequence {
    events: Vec<Event>,
    style: DeltaStyle,
}

/// Whether a delta has `logprobs`.
#[derive(Debug, Clone, Copy)]
enum Logprobs {
    Empty,
    LeftOut,
}

/// Where a content part stands.
#[derive(Debug, Clone, Copy, Serialize)]
struct ContentPlace<'a> {
    item_id: &'a str,
    output_index: usize,
    content_index: usize,
}

/// Where a summary part stands.
#[derive(Debug, Clone, Copy, Serialize)]
struct SummaryPlace<'a> {
    item_id: &'a str,
    output_index: usize,
    summary_index: usize,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, Serialize)]
struct ItemPlace<'a> {
    item_id: &'a str,
    output_index: usize,
}

/// A place with one more field, such as `part` or `delta`.
#[derive(Serialize)]
struct With<P, F> {
    #[serde(flatten)]
    place: P,
    #[serde(flatten)]
    fields: F,
}

#[derive(Serialize)]
struct PartField<'a> {
    part: &'a Part,
}

#[derive(Serialize)]
struct ItemFields<'a> {
    output_index: usize,
    item: &'a Item,
}

impl EventSequence {
    pub(crate) fn new(style: DeltaStyle) -> Self {
        Self { events: Vec::new(), style }
    }

    pub(crate) fn finish(self) -> Vec<Event> {
        self.events
    }

    /// All events of one item.
    pub(crate) fn item(&mut self, output_index: usize, item: &Item) {
        let begun = item.begun();
        self.push("response.output_item.added", &ItemFields { output_index, item: &begun });
        match item {
            Item::Message(message) => self.message(output_index, message),
            Item::Reasoning(reasoning) => self.reasoning(output_index, reasoning),
            Item::Call(call) => self.call(output_index, call),
            Item::WebSearch(search) => self.web_search(output_index, search),
            Item::Given(_) => {}
        }
        self.push("response.output_item.done", &ItemFields { output_index, item });
    }

    fn message(&mut self, output_index: usize, message: &Message) {
        for (content_index, part) in message.content.iter().enumerate() {
            let place = ContentPlace { item_id: &message.id, output_index, content_index };
            self.content_part(place, part);
        }
    }

    fn content_part(&mut self, place: ContentPlace<'_>, part: &Part) {
        let emptied = part.emptied();
        self.placed("response.content_part.added", place, PartField { part: &emptied });
        let size = self.style.size;
        match part {
            Part::OutputText { text, annotations, .. } => {
                self.deltas("response.output_text.delta", place, (text, size), Logprobs::Empty);
                for (annotation_index, annotation) in annotations.iter().enumerate() {
                    let fields = json!({"annotation_index": annotation_index, "annotation": annotation});
                    self.placed("response.output_text.annotation.added", place, fields);
                }
                self.placed("response.output_text.done", place, json!({"text": text, "logprobs": []}));
            }
            Part::Refusal { refusal } => {
                self.deltas("response.refusal.delta", place, (refusal, size), Logprobs::LeftOut);
                self.placed("response.refusal.done", place, json!({"refusal": refusal}));
            }
            Part::ReasoningText { text } => {
                self.deltas("response.reasoning_text.delta", place, (text, size), Logprobs::LeftOut);
                self.placed("response.reasoning_text.done", place, json!({"text": text}));
            }
            Part::SummaryText { .. } => {}
        }
        self.placed("response.content_part.done", place, PartField { part });
    }

    fn reasoning(&mut self, output_index: usize, reasoning: &Reasoning) {
        for (content_index, part) in reasoning.content.iter().flatten().enumerate() {
            let place = ContentPlace { item_id: &reasoning.id, output_index, content_index };
            self.content_part(place, part);
        }
        for (summary_index, part) in reasoning.summary.iter().enumerate() {
            let place = SummaryPlace { item_id: &reasoning.id, output_index, summary_index };
            let emptied = part.emptied();
            self.placed("response.reasoning_summary_part.added", place, PartField { part: &emptied });
            let text = (part.text(), self.style.size);
            self.deltas("response.reasoning_summary_text.delta", place, text, Logprobs::LeftOut);
            self.placed("response.reasoning_summary_text.done", place, json!({"text": part.text()}));
            self.placed("response.reasoning_summary_part.done", place, PartField { part });
        }
    }

    fn call(&mut self, output_index: usize, call: &Call) {
        let place = ItemPlace { item_id: &call.id, output_index };
        let size = match self.style.size {
            DeltaSize::Words(_) => DeltaSize::Chars(ARGUMENT_CHARACTERS),
            size => size,
        };
        if let Some(arguments) = &call.arguments {
            self.deltas(
                "response.function_call_arguments.delta",
                place,
                (arguments, size),
                Logprobs::LeftOut,
            );
            let fields = json!({"name": call.name, "arguments": arguments});
            self.placed("response.function_call_arguments.done", place, fields);
        } else if let Some(input) = &call.input {
            self.deltas("response.custom_tool_call_input.delta", place, (input, size), Logprobs::LeftOut);
            self.placed("response.custom_tool_call_input.done", place, json!({"input": input}));
        }
    }

    fn web_search(&mut self, output_index: usize, search: &WebSearch) {
        let place = ItemPlace { item_id: &search.id, output_index };
        for kind in [
            "response.web_search_call.in_progress",
            "response.web_search_call.searching",
            "response.web_search_call.completed",
        ] {
            self.push(kind, &place);
        }
    }

    /// The deltas of a text. A stream is mostly deltas: what they share is serialized once.
    fn deltas(
        &mut self,
        kind: &'static str,
        place: impl Serialize,
        (text, size): (&str, DeltaSize),
        logprobs: Logprobs,
    ) {
        let place = json_text(&place);
        let shared = place.strip_suffix('}').unwrap_or(&place);
        for piece in pieces(text, size) {
            let delta = json_text(&piece);
            let mut fields = String::with_capacity(shared.len() + delta.len() + 64);
            fields.push_str(shared);
            fields.push_str(",\"delta\":");
            fields.push_str(&delta);
            if matches!(logprobs, Logprobs::Empty) {
                fields.push_str(",\"logprobs\":[]");
            }
            if let Some(padding) = self.style.padding.as_mut().map(Ids::padding) {
                fields.push_str(",\"obfuscation\":\"");
                fields.push_str(padding);
                fields.push('"');
            }
            fields.push('}');
            self.events.push(Event::from_json(kind, fields));
        }
    }

    fn placed<P: Serialize, F: Serialize>(&mut self, kind: &'static str, place: P, fields: F) {
        self.push(kind, &With { place, fields });
    }

    fn push(&mut self, kind: &'static str, fields: &impl Serialize) {
        self.events.push(Event::new(kind, fields));
    }
}

/// JSON of a value that always serializes: it has no map whose keys are not strings.
fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
