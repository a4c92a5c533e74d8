//! Turns a [`Reply`] into the items, events and final object of one response.

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::background::States;
use crate::event::Event;
use crate::event_sequence::{DeltaStyle, EventSequence};
use crate::faults::StreamFailure;
use crate::ids::Ids;
use crate::item::{Call, Item, ItemStatus, Message, Part, Reasoning, SearchAction, WebSearch};
use crate::reply::{Output, Reply};
use crate::response_object::{Outcome, ResponseFrame, ResponseObject};
use crate::usage::WireUsage;

/// A reply with everything filled in: what is streamed, stored, or sent as plain JSON.
#[derive(Debug)]
pub(crate) struct FilledReply {
    frame: ResponseFrame,
    items: Vec<Item>,
    outcome: Outcome,
    usage: WireUsage,
    style: DeltaStyle,
    background: bool,
}

/// What a reply is filled from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The request's body.
    pub(crate) request: &'a Map<String, Value>,
    /// Earlier items of the conversation and the new input.
    pub(crate) history: &'a [Value],
}

impl FilledReply {
    pub(crate) fn new(reply: &Reply, asked: Asked<'_>, created_at: u64, mut ids: Ids) -> Self {
        let id = ids.next("resp_");
        let model = asked.request.get("model").and_then(Value::as_str).unwrap_or("unknown");
        let model = reply.model.as_deref().unwrap_or(model);
        let encrypted = includes(asked.request, "reasoning.encrypted_content");
        let message = reply.text.iter().map(|text| Output::Message {
            text: text.clone(),
            phase: None,
            annotations: Vec::new(),
        });
        let outputs: Vec<Output> = reply.output.iter().cloned().chain(message).collect();
        let mut items: Vec<Item> =
            outputs.into_iter().map(|output| fill(output, &mut ids, encrypted)).collect();
        let usage = reply.usage.count(asked.history, &items);
        let outcome = match &reply.incomplete {
            Some(reason) => {
                if let Some(last) = items.last_mut() {
                    last.mark_incomplete();
                }
                Outcome::Incomplete { reason: reason.clone() }
            }
            None => Outcome::Completed,
        };
        let padded = asked.request.get("stream_options").and_then(|o| o.get("include_obfuscation"))
            != Some(&Value::Bool(false));
        Self {
            frame: ResponseFrame::new(id, created_at, asked.request, model),
            items,
            outcome,
            usage,
            background: asked.request.get("background") == Some(&Value::Bool(true)),
            style: DeltaStyle { size: reply.delta, padding: padded.then_some(ids) },
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.frame.id
    }

    pub(crate) fn usage(&self) -> WireUsage {
        self.usage
    }

    /// The output as a later request would send it back.
    pub(crate) fn output(&self) -> Vec<Value> {
        self.items.iter().filter_map(|item| serde_json::to_value(item).ok()).collect()
    }

    /// The final object as JSON, failed when the scenario says so.
    pub(crate) fn final_json(&self, failure: Option<&StreamFailure>) -> Vec<u8> {
        let object = match failure {
            Some(failure) => self.frame.snapshot(&failure.outcome(), &[], None),
            None => self.frame.snapshot(&self.outcome, &self.items, Some(self.usage)),
        };
        // The object has string keys only, so that it always serializes.
        serde_json::to_vec(&object).unwrap_or_default()
    }

    /// The object of a response that runs in the background, before it is final.
    pub(crate) fn states(&self) -> States {
        let at = |outcome: Outcome| {
            // As above.
            Bytes::from(serde_json::to_vec(&self.frame.snapshot(&outcome, &[], None)).unwrap_or_default())
        };
        States {
            queued: at(Outcome::Queued),
            in_progress: at(Outcome::InProgress),
            cancelled: at(Outcome::Cancelled),
        }
    }

    /// All events, `response.created` to the terminal one.
    pub(crate) fn events(self, failure: Option<&StreamFailure>) -> Vec<Event> {
        let Self { frame, items, outcome, usage, style, background } = self;
        let begun = response_field(&frame, &Outcome::InProgress, &[], None);
        let mut events = if background {
            let queued = response_field(&frame, &Outcome::Queued, &[], None);
            vec![Event::new("response.created", &queued), Event::new("response.queued", &queued)]
        } else {
            vec![Event::new("response.created", &begun)]
        };
        events.push(Event::new("response.in_progress", &begun));
        let mut sequence = EventSequence::new(style);
        for (index, item) in items.iter().enumerate() {
            sequence.item(index, item);
        }
        events.extend(sequence.finish());
        let (outcome, finished, usage) = match failure {
            None => (outcome, items.as_slice(), Some(usage)),
            Some(failure) => {
                events.truncate(failure.after_events);
                let done = events.iter().filter(|event| event.kind == "response.output_item.done").count();
                (failure.outcome(), items.get(..done).unwrap_or_default(), None)
            }
        };
        events.push(Event::new(outcome.event(), &response_field(&frame, &outcome, finished, usage)));
        events
    }
}

#[derive(Serialize)]
struct ResponseField<'a> {
    response: ResponseObject<'a>,
}

fn response_field<'a>(
    frame: &'a ResponseFrame,
    outcome: &Outcome,
    output: &'a [Item],
    usage: Option<WireUsage>,
) -> ResponseField<'a> {
    ResponseField { response: frame.snapshot(outcome, output, usage) }
}

/// Whether the request asks for an optional part of the output.
fn includes(request: &Map<String, Value>, what: &str) -> bool {
    request
        .get("include")
        .and_then(Value::as_array)
        .is_some_and(|include| include.iter().any(|entry| entry.as_str() == Some(what)))
}

fn fill(output: Output, ids: &mut Ids, encrypted: bool) -> Item {
    match output {
        Output::Message { text, phase, annotations } => {
            message(ids, Part::OutputText { text, annotations, logprobs: [] }, phase)
        }
        Output::Refusal { text } => message(ids, Part::Refusal { refusal: text }, None),
        Output::Json { value } => message(ids, Part::output_text(value.to_string()), None),
        Output::Reasoning { summary, text, encrypted_content } => Item::Reasoning(Reasoning {
            id: ids.next("rs_"),
            kind: "reasoning",
            summary: summary.into_iter().map(|text| Part::SummaryText { text }).collect(),
            content: text.map(|text| vec![Part::ReasoningText { text }]),
            encrypted_content: encrypted_content.or_else(|| encrypted.then(|| ids.sized("gAAAAAB", 96))),
        }),
        Output::FunctionCall { name, arguments, call_id } => {
            let arguments = match arguments {
                Value::String(text) => text,
                value => value.to_string(),
            };
            let mut call = call(ids, ("fc_", "function_call"), name, call_id);
            call.status = Some(ItemStatus::Completed);
            call.arguments = Some(arguments);
            Item::Call(call)
        }
        Output::CustomToolCall { name, input, call_id } => {
            let mut call = call(ids, ("ctc_", "custom_tool_call"), name, call_id);
            call.input = Some(input);
            Item::Call(call)
        }
        Output::WebSearch { query } => Item::WebSearch(WebSearch {
            id: ids.next("ws_"),
            kind: "web_search_call",
            status: ItemStatus::Completed,
            action: SearchAction { kind: "search", queries: vec![query.clone()], query },
        }),
        Output::Item { item } => given(item, ids),
    }
}

fn message(ids: &mut Ids, part: Part, phase: Option<String>) -> Item {
    Item::Message(Message {
        id: ids.next("msg_"),
        kind: "message",
        status: ItemStatus::Completed,
        content: vec![part],
        phase,
        role: "assistant",
    })
}

/// A call of a kind, given with the prefix of its id, before it has arguments or input.
fn call(ids: &mut Ids, (prefix, kind): (&str, &'static str), name: String, call_id: Option<String>) -> Call {
    Call {
        id: ids.next(prefix),
        kind,
        status: None,
        arguments: None,
        call_id: call_id.unwrap_or_else(|| ids.sized("call_", 24)),
        input: None,
        name,
    }
}

fn given(mut item: Value, ids: &mut Ids) -> Item {
    if let Some(fields) = item.as_object_mut() {
        fields.entry("id").or_insert_with(|| json!(ids.next("item_")));
    }
    Item::Given(item)
}
