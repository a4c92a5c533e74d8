//! The events of one realtime response.

use serde_json::{Value, json};

use super::audio::AudioFormat;
use super::model_answer::ModelReply;
use super::server_events::ServerEvents;
use super::speech::{WORD_MS, words};
use crate::faults::StreamFailure;

/// Characters a delta of call arguments.
const ARGUMENT_CHARACTERS: usize = 12;

/// What a response is like, beside its output.
#[derive(Debug, Clone)]
pub(crate) struct ResponseFrame {
    pub(crate) id: String,
    pub(crate) conversation_id: String,
    pub(crate) modality: Modality,
    pub(crate) format: AudioFormat,
    /// The session's `audio.output`.
    pub(crate) audio: Value,
    pub(crate) metadata: Value,
}

/// How a response speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Modality {
    Text,
    Audio,
}

/// How a response ends.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    InProgress,
    Completed,
    Cancelled,
    Incomplete(String),
    Failed(StreamFailure),
}

impl ResponseFrame {
    /// The `realtime.response` object.
    pub(crate) fn object(&self, ending: &Ending, output: &[Value], usage: &Value) -> Value {
        let (status, details) = match ending {
            Ending::InProgress => ("in_progress", Value::Null),
            Ending::Completed => ("completed", Value::Null),
            Ending::Cancelled => ("cancelled", json!({"type": "cancelled", "reason": "client_cancelled"})),
            Ending::Incomplete(reason) => ("incomplete", json!({"type": "incomplete", "reason": reason})),
            Ending::Failed(failure) => {
                let error = json!({"type": failure.code, "code": failure.code, "message": failure.message});
                ("failed", json!({"type": "failed", "error": error}))
            }
        };
        json!({
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": output,
            "conversation_id": self.conversation_id,
            "output_modalities": [self.modality.name()],
            "max_output_tokens": "inf",
            "audio": {"output": {"format": self.audio["format"], "voice": self.audio["voice"]}},
            "usage": usage,
            "metadata": self.metadata,
        })
    }

    /// All events, and the items that the conversation gets.
    pub(crate) fn events(
        &self,
        reply: &ModelReply,
        previous: Value,
        events: &mut ServerEvents,
    ) -> (Vec<Value>, Vec<Value>) {
        let begun = self.object(&Ending::InProgress, &[], &Value::Null);
        let mut all = vec![events.event("response.created", json!({"response": begun}))];
        all.push(events.event("rate_limits.updated", rate_limits(reply)));
        let items: Vec<Value> = reply.output.iter().filter_map(|item| self.item(item)).collect();
        let mut previous = previous;
        for (index, item) in items.iter().enumerate() {
            ItemEvents { frame: self, index, item, events, all: &mut all }.write(&previous);
            previous = item["id"].clone();
        }
        let ending = match &reply.incomplete {
            Some(reason) => Ending::Incomplete(reason.clone()),
            None => Ending::Completed,
        };
        let done = self.object(&ending, &items, &usage(reply));
        all.push(events.event("response.done", json!({"response": done})));
        (all, items)
    }

    /// An output item as a realtime item; those that realtime does not know are left out.
    fn item(&self, item: &Value) -> Option<Value> {
        let mut realtime = match item["type"].as_str()? {
            "message" => {
                let text = item["content"][0]["text"].as_str().or(item["content"][0]["refusal"].as_str())?;
                let part = match self.modality {
                    Modality::Text => json!({"type": "output_text", "text": text}),
                    Modality::Audio => json!({"type": "output_audio", "transcript": text}),
                };
                json!({"type": "message", "role": "assistant", "content": [part]})
            }
            "function_call" => json!({
                "type": "function_call",
                "name": item["name"],
                "call_id": item["call_id"],
                "arguments": item["arguments"],
            }),
            _ => return None,
        };
        realtime["id"] = item["id"].clone();
        realtime["object"] = json!("realtime.item");
        realtime["status"] = json!("completed");
        Some(realtime)
    }
}

/// Writes the events of one item.
struct ItemEvents<'a> {
    frame: &'a ResponseFrame,
    index: usize,
    item: &'a Value,
    events: &'a mut ServerEvents,
    all: &'a mut Vec<Value>,
}

impl ItemEvents<'_> {
    fn write(&mut self, previous: &Value) {
        let mut begun = self.item.clone();
        begun["status"] = json!("in_progress");
        if begun["type"] == "message" {
            begun["content"] = json!([]);
        } else {
            begun["arguments"] = json!("");
        }
        self.push("response.output_item.added", json!({"item": begun}));
        self.conversation("conversation.item.added", previous, &begun);
        if self.item["type"] == "message" {
            self.message();
        } else {
            self.call();
        }
        let item = self.item.clone();
        self.push("response.output_item.done", json!({"item": item}));
        self.conversation("conversation.item.done", previous, &item);
    }

    fn message(&mut self) {
        let part = self.item["content"][0].clone();
        let (field, kind) = match self.frame.modality {
            Modality::Text => ("text", "text"),
            Modality::Audio => ("transcript", "audio"),
        };
        let text = part[field].as_str().unwrap_or_default().to_owned();
        let part = |text: &str| json!({"part": {"type": kind, field: text}});
        self.part("response.content_part.added", part(""));
        for word in words(&text) {
            if self.frame.modality == Modality::Text {
                self.part("response.output_text.delta", json!({"delta": word}));
            } else {
                self.part("response.output_audio_transcript.delta", json!({"delta": word}));
                let tone = self.frame.format.tone(WORD_MS);
                self.part("response.output_audio.delta", json!({"delta": tone}));
            }
        }
        if self.frame.modality == Modality::Text {
            self.part("response.output_text.done", json!({"text": text}));
        } else {
            self.part("response.output_audio.done", json!({}));
            self.part("response.output_audio_transcript.done", json!({"transcript": text}));
        }
        self.part("response.content_part.done", part(&text));
    }

    fn call(&mut self) {
        let arguments = self.item["arguments"].as_str().unwrap_or_default().to_owned();
        let fields = |name: &str, value: &str, item: &Value| json!({"item_id": item["id"], "call_id": item["call_id"], name: value});
        let characters: Vec<char> = arguments.chars().collect();
        for delta in characters.chunks(ARGUMENT_CHARACTERS) {
            let fields = fields("delta", &delta.iter().collect::<String>(), self.item);
            self.push("response.function_call_arguments.delta", fields);
        }
        let mut done = fields("arguments", &arguments, self.item);
        done["name"] = self.item["name"].clone();
        self.push("response.function_call_arguments.done", done);
    }

    fn part(&mut self, kind: &str, mut fields: Value) {
        fields["item_id"] = self.item["id"].clone();
        fields["content_index"] = json!(0);
        self.push(kind, fields);
    }

    fn push(&mut self, kind: &str, mut fields: Value) {
        fields["response_id"] = json!(self.frame.id);
        fields["output_index"] = json!(self.index);
        let event = self.events.event(kind, fields);
        self.all.push(event);
    }

    fn conversation(&mut self, kind: &str, previous: &Value, item: &Value) {
        let event = self.events.event(kind, json!({"previous_item_id": previous, "item": item}));
        self.all.push(event);
    }
}

impl Modality {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Audio => "audio",
        }
    }
}

fn usage(reply: &ModelReply) -> Value {
    let usage = &reply.usage;
    json!({
        "total_tokens": usage.total_tokens,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "input_token_details": {
            "text_tokens": usage.input_tokens,
            "audio_tokens": 0,
            "image_tokens": 0,
            "cached_tokens": 0,
            "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": usage.output_tokens, "audio_tokens": 0},
    })
}

fn rate_limits(reply: &ModelReply) -> Value {
    let left = 50_000_u64.saturating_sub(reply.usage.total_tokens);
    json!({"rate_limits": [
        {"name": "requests", "limit": 1_000, "remaining": 999, "reset_seconds": 60.0},
        {"name": "tokens", "limit": 50_000, "remaining": left, "reset_seconds": 60.0},
    ]})
}
