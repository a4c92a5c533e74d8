//! What the user says: the input audio of a session.

use serde_json::{Map, Value, json};

use super::{Conversational, Steps};
use crate::realtime::Step;
use crate::realtime::client_event::{ClientEvent, Problem};
use crate::realtime::items::{self, item_id};
use crate::realtime::speech::words;
use crate::realtime::voice_activity::Activity;
use crate::usage;

/// Least audio of a commit, in milliseconds.
const LEAST_COMMIT_MS: u64 = 100;

/// Milliseconds of audio that count as one token.
const MS_PER_TOKEN: u64 = 100;

impl Conversational {
    pub(super) fn append(&mut self, event: &ClientEvent) -> Steps {
        let audio = self.session.input.decode(event.required("audio")?)?;
        let noticed = self.audio.append(&audio, self.session.input, self.session.turn_detection());
        let mut steps = Vec::new();
        for activity in noticed {
            match activity {
                Activity::Started(at) => {
                    let id = item_id(&mut self.events.ids);
                    steps.extend(self.interrupt());
                    let fields = json!({"audio_start_ms": at, "item_id": id});
                    steps.extend(self.one("input_audio_buffer.speech_started", fields));
                    self.speaking = Some(id);
                }
                Activity::Stopped { at, length_ms } => {
                    let id = self.speaking.take().unwrap_or_else(|| item_id(&mut self.events.ids));
                    let fields = json!({"audio_end_ms": at, "item_id": id});
                    steps.extend(self.one("input_audio_buffer.speech_stopped", fields));
                    steps.extend(self.utterance(&id, length_ms));
                    if self.session.answers_turns() && self.active().is_none() {
                        steps.extend(self.respond(&Map::new()));
                    }
                }
            }
        }
        Ok(steps)
    }

    pub(super) fn commit(&mut self) -> Steps {
        let length = self.audio.take();
        if length < LEAST_COMMIT_MS {
            let message = format!(
                "Error committing input audio buffer: buffer too small. Expected at least {LEAST_COMMIT_MS}ms of \
                 audio, but buffer only has {length}ms of audio."
            );
            return Err(Problem::new("input_audio_buffer_commit_empty", message));
        }
        let id = self.speaking.take().unwrap_or_else(|| item_id(&mut self.events.ids));
        Ok(self.utterance(&id, length))
    }

    /// What the user said becomes an item, and is written down when the session wants it.
    fn utterance(&mut self, id: &str, length_ms: u64) -> Vec<Step> {
        let text = self.connection.world.settings.realtime.heard(self.heard, length_ms);
        self.heard += 1;
        let item = items::spoken(id);
        let mut known = item.clone();
        known["content"][0]["transcript"] = json!(text);
        let previous = self.items.push(known);
        let committed = json!({"previous_item_id": previous, "item_id": id});
        let mut steps = self.one("input_audio_buffer.committed", committed);
        for kind in ["conversation.item.added", "conversation.item.done"] {
            steps.extend(self.one(kind, json!({"previous_item_id": previous, "item": item})));
        }
        if self.session.transcribes() {
            let place = |mut fields: Value| {
                fields["item_id"] = json!(id);
                fields["content_index"] = json!(0);
                fields
            };
            for word in words(&text) {
                let fields = place(json!({"delta": word}));
                steps.extend(self.one("conversation.item.input_audio_transcription.delta", fields));
            }
            let (input, output) = (length_ms / MS_PER_TOKEN, usage::tokens(text.len()));
            let fields = place(json!({"transcript": text, "usage": {
                "type": "tokens",
                "total_tokens": input + output,
                "input_tokens": input,
                "input_token_details": {"text_tokens": 0, "audio_tokens": input},
                "output_tokens": output,
            }}));
            steps.extend(self.one("conversation.item.input_audio_transcription.completed", fields));
        }
        steps
    }
}
