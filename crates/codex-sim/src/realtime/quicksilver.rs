//! The private first realtime protocol of Codex (`intent=quicksilver`).

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::audio::{AudioFormat, PCM_RATE};
use super::client_event::{ClientEvent, Problem};
use super::items::item_id;
use super::model_answer::{self, AnswerContent, ModelAnswer};
use super::server_events::{EventIds, ServerEvents};
use super::speech::{WORD_MS, words};
use super::voice_activity::{Activity, InputAudio, TurnDetection};
use super::{Performance, Step};
use crate::event::Event;
use crate::ids::Ids;
use crate::insert::Insert;
use crate::socket::SocketConnection;
use crate::turn;
use crate::websocket::SocketPiece;

/// Silence that ends a turn, in milliseconds.
const SILENCE_MS: u64 = 200;

/// Hand-offs that wait for their result, at most.
const MAX_HANDOFFS: usize = 256;

/// Messages that are remembered, at most.
const MAX_HISTORY: usize = 1_000;

/// A session of the first protocol.
pub(crate) struct Quicksilver {
    connection: Arc<SocketConnection>,
    events: ServerEvents,
    audio: InputAudio,
    history: Vec<Value>,
    handoffs: HashSet<String>,
    heard: usize,
    /// Whether the session was described; nothing else is understood before.
    begun: bool,
}

type Steps = Result<Vec<Step>, Problem>;

impl Quicksilver {
    pub(crate) fn new(connection: Arc<SocketConnection>) -> Self {
        let ids = Ids::for_request(connection.world.settings.seed, connection.world.next_request());
        Self {
            connection,
            events: ServerEvents::new(ids, EventIds::LeftOut),
            audio: InputAudio::default(),
            history: Vec::new(),
            handoffs: HashSet::new(),
            heard: 0,
            begun: false,
        }
    }

    pub(crate) fn error(&mut self, problem: &Problem) -> Value {
        self.events.event("error", json!({"message": problem.message, "code": problem.code}))
    }

    pub(crate) fn handle(&mut self, event: Result<String, Problem>) -> Vec<Step> {
        let steps = event.and_then(|text| ClientEvent::parse(&text)).and_then(|event| self.answer(&event));
        steps.unwrap_or_else(|problem| vec![Step::Send(self.error(&problem))])
    }

    fn answer(&mut self, event: &ClientEvent) -> Steps {
        match event.kind.as_str() {
            "session.update" => self.update(event),
            _ if !self.begun => Err(Problem::new("invalid_event", "Send 'session.update' first.")),
            "input_audio_buffer.append" => self.append(event),
            "conversation.item.create" => self.text_item(event),
            "conversation.handoff.append" => self.handoff_result(event),
            kind => Err(Problem::new("invalid_value", format!("'{kind}' is no type of a client event."))),
        }
    }

    fn update(&mut self, event: &ClientEvent) -> Steps {
        let session = event.object("session")?;
        match session.get("type").and_then(Value::as_str) {
            Some("quicksilver") => {}
            Some(_) => return Err(Problem::invalid("session.type", "expected 'quicksilver'")),
            None => return Err(Problem::missing("session.type")),
        }
        let format = session.get("audio").map_or(&Value::Null, |audio| &audio["input"]["format"]);
        if !format.is_null() && AudioFormat::read(format, "session.audio.input.format")? != AudioFormat::Pcm {
            return Err(Problem::invalid("session.audio.input.format.type", "expected 'audio/pcm'"));
        }
        let id = self.events.ids.sized("sess_", 21);
        let mut answer = Map::new();
        answer.insert("id".to_owned(), json!(id));
        answer.extend(session.clone());
        self.begun = true;
        Ok(vec![Step::Send(self.events.event("session.updated", json!({"session": answer})))])
    }

    fn append(&mut self, event: &ClientEvent) -> Steps {
        let audio = AudioFormat::Pcm.decode(event.required("audio")?)?;
        let mut steps = Vec::new();
        for activity in self.audio.append(&audio, AudioFormat::Pcm, TurnDetection::Silence(SILENCE_MS)) {
            let Activity::Stopped { length_ms, .. } = activity else { continue };
            let text = self.connection.world.settings.realtime.heard(self.heard, length_ms);
            self.heard += 1;
            for word in words(&text) {
                let delta = json!({"delta": word});
                steps.push(Step::Send(self.events.event("conversation.input_transcript.delta", delta)));
            }
            steps.extend(self.user_item(&text, &json!([{"type": "input_audio", "transcript": text}])));
            steps.extend(self.respond());
        }
        Ok(steps)
    }

    fn text_item(&mut self, event: &ClientEvent) -> Steps {
        let item = event.object("item")?;
        let parts =
            item.get("content").and_then(Value::as_array).ok_or_else(|| Problem::missing("item.content"))?;
        if let Some(index) = parts.iter().position(|part| part["type"] != "text") {
            return Err(Problem::invalid(&format!("item.content[{index}].type"), "expected 'text'"));
        }
        let text: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
        let text = text.join(" ");
        let mut steps = self.user_item(&text, &json!(parts));
        steps.extend(self.respond());
        Ok(steps)
    }

    /// The result of a hand-off is spoken.
    fn handoff_result(&mut self, event: &ClientEvent) -> Steps {
        let id = event.required("handoff_id")?;
        let text = event.required("output_text")?;
        if !self.handoffs.contains(id) {
            return Err(
                Problem::new("item_not_found", format!("Handoff '{id}' not found.")).param("handoff_id")
            );
        }
        Ok(self.spoken(text).into_iter().map(Step::Send).collect())
    }

    fn user_item(&mut self, text: &str, content: &Value) -> Vec<Step> {
        let id = item_id(&mut self.events.ids);
        if self.history.len() >= MAX_HISTORY {
            self.history.remove(0);
        }
        self.history.push(json!({"type": "message", "role": "user", "content": text}));
        let item = json!({"id": id, "type": "message", "role": "user", "content": content});
        ["conversation.item.added", "conversation.item.done"]
            .map(|kind| Step::Send(self.events.event(kind, json!({"item": item}))))
            .into()
    }

    fn respond(&mut self) -> Vec<Step> {
        let said = self.history.last().map_or(Value::Null, |message| message["content"].clone());
        let prompt = json!({"type": "string", "enum": [said]});
        let parameters = json!({"type": "object", "properties": {"prompt": prompt}, "required": ["prompt"]});
        // Whoever speaks of Codex is handed over.
        let codex = json!([{"type": "function", "name": "codex", "parameters": parameters}]);
        let body = Map::from_iter([("model".to_owned(), json!("quicksilver")), ("tools".to_owned(), codex)]);
        let ModelAnswer { content, delivery } =
            model_answer::ask(&self.connection, body, self.history.clone());
        let pieces = match content {
            AnswerContent::Failure(failure) => {
                let message = failure.message.unwrap_or_default();
                return vec![Step::Send(self.events.event("error", json!({"message": message})))];
            }
            AnswerContent::Recorded(pieces) => pieces,
            AnswerContent::Reply(reply) => {
                let events: Vec<Value> = reply.output.iter().flat_map(|item| self.output(item)).collect();
                let events = events.iter().filter_map(Value::as_object);
                events.map(|event| SocketPiece::Event(Event::given(event))).collect()
            }
        };
        let pieces = turn::with_inserts(pieces, &delivery.faults.insert, Insert::socket_pieces);
        vec![Step::Play(Box::new(Performance { pieces, delivery, ending: Arc::default() }))]
    }

    fn output(&mut self, item: &Value) -> Vec<Value> {
        match item["type"].as_str() {
            Some("message") => {
                let text = item["content"][0]["text"].as_str().unwrap_or_default().to_owned();
                self.spoken(&text)
            }
            Some("function_call") => self.handoff(item),
            _ => Vec::new(),
        }
    }

    fn handoff(&mut self, call: &Value) -> Vec<Value> {
        let id = call["call_id"].as_str().unwrap_or_default().to_owned();
        let arguments = call["arguments"].as_str().unwrap_or_default();
        let prompt = serde_json::from_str::<Value>(arguments)
            .ok()
            .and_then(|given| given["prompt"].as_str().map(str::to_owned));
        let transcript = prompt.unwrap_or_else(|| arguments.to_owned());
        if self.handoffs.len() < MAX_HANDOFFS {
            self.handoffs.insert(id.clone());
        }
        let fields = json!({
            "handoff_id": id,
            "item_id": item_id(&mut self.events.ids),
            "input_transcript": transcript,
        });
        vec![self.events.event("conversation.handoff.requested", fields)]
    }

    /// An item of the assistant: its transcript and its audio.
    fn spoken(&mut self, text: &str) -> Vec<Value> {
        let id = item_id(&mut self.events.ids);
        let item = |content: Value| json!({"item": {"id": id, "type": "message", "role": "assistant", "content": content}});
        let mut events = vec![self.events.event("conversation.item.added", item(json!([])))];
        for word in words(text) {
            events.push(self.events.event("conversation.output_transcript.delta", json!({"delta": word})));
            let audio = json!({
                "delta": AudioFormat::Pcm.tone(WORD_MS),
                "sample_rate": PCM_RATE,
                "channels": 1,
                "samples_per_channel": PCM_RATE as usize * WORD_MS / 1_000,
            });
            events.push(self.events.event("conversation.output_audio.delta", audio));
        }
        events.push(
            self.events
                .event("conversation.item.done", item(json!([{"type": "output_audio", "transcript": text}]))),
        );
        events
    }
}
