//! The public realtime protocol: conversations and transcription.

mod listening;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};

use super::client_event::{ClientEvent, Problem};
use super::items::{self, Items};
use super::model_answer::{self, AnswerContent, ModelAnswer, ModelReply};
use super::response_events::{Ending, Modality, ResponseFrame};
use super::server_events::{EventIds, ServerEvents};
use super::session::{Opening, Session, SessionKind};
use super::voice_activity::InputAudio;
use super::{Performance, Step};
use crate::event::Event;
use crate::ids::Ids;
use crate::insert::Insert;
use crate::socket::SocketConnection;
use crate::turn;
use crate::websocket::SocketPiece;

/// Model named when the URL names none, as for transcription.
const DEFAULT_MODEL: &str = "gpt-realtime";

/// Seconds that a session may last.
const SESSION_SECONDS: u64 = 3_600;

/// A session of the public protocol.
pub(crate) struct Conversational {
    connection: Arc<SocketConnection>,
    events: ServerEvents,
    session: Session,
    items: Items,
    audio: InputAudio,
    conversation_id: String,
    /// The item that what is being said will be.
    speaking: Option<String>,
    /// Utterances heard so far.
    heard: usize,
    active: Option<Active>,
}

/// The response under way.
struct Active {
    frame: ResponseFrame,
    /// Its last event is out, or nearly.
    ending: Arc<AtomicBool>,
}

type Steps = Result<Vec<Step>, Problem>;

impl Conversational {
    pub(crate) fn new(connection: Arc<SocketConnection>, kind: SessionKind) -> Self {
        let world = &connection.world;
        let number = world.next_request();
        let mut ids = Ids::for_request(world.settings.seed, number);
        let query = connection.head.query.split('&').find_map(|pair| pair.strip_prefix("model="));
        let opening = Opening {
            id: ids.sized("sess_", 21),
            model: query.unwrap_or(DEFAULT_MODEL),
            expires_at: world.settings.calendar.created_at(number) + SESSION_SECONDS,
            kind,
        };
        Self {
            session: Session::new(&opening),
            conversation_id: ids.sized("conv_", 21),
            events: ServerEvents::new(ids, EventIds::Given),
            items: Items::default(),
            audio: InputAudio::default(),
            speaking: None,
            heard: 0,
            active: None,
            connection,
        }
    }

    pub(crate) fn opening(&mut self) -> Value {
        self.events.event("session.created", json!({"session": self.session.object}))
    }

    pub(crate) fn error(&mut self, problem: &Problem) -> Value {
        self.events.error(problem, None)
    }

    /// The response under way was sent.
    pub(crate) fn finished(&mut self) {
        self.active = None;
    }

    pub(crate) fn handle(&mut self, event: Result<String, Problem>) -> Vec<Step> {
        let event = match event.and_then(|text| ClientEvent::parse(&text)) {
            Ok(event) => event,
            Err(problem) => return vec![Step::Send(self.events.error(&problem, None))],
        };
        let steps = self.answer(&event);
        steps.unwrap_or_else(|problem| vec![Step::Send(self.events.error(&problem, event.id()))])
    }

    fn answer(&mut self, event: &ClientEvent) -> Steps {
        let transcribes_only = self.session.kind == SessionKind::Transcription;
        match event.kind.as_str() {
            "session.update" => self.update(event),
            "input_audio_buffer.append" => self.append(event),
            "input_audio_buffer.commit" => self.commit(),
            "input_audio_buffer.clear" => {
                self.audio.clear();
                self.speaking = None;
                Ok(self.one("input_audio_buffer.cleared", json!({})))
            }
            kind if transcribes_only => {
                let message = format!("'{kind}' has no place in a transcription session.");
                Err(Problem::new("invalid_event", message).param("type"))
            }
            "conversation.item.create" => self.create_item(event),
            "conversation.item.retrieve" => {
                let item = self.items.get(event.required("item_id")?)?.clone();
                Ok(self.one("conversation.item.retrieved", json!({"item": item})))
            }
            "conversation.item.delete" => {
                let id = event.required("item_id")?;
                self.items.remove(id)?;
                Ok(self.one("conversation.item.deleted", json!({"item_id": id})))
            }
            "conversation.item.truncate" => self.truncate(event),
            "response.create" => self.create_response(event),
            "response.cancel" => self.cancel(),
            "output_audio_buffer.clear" => {
                let message = "'output_audio_buffer.clear' is for WebRTC and SIP only.";
                Err(Problem::new("invalid_event", message).param("type"))
            }
            kind => {
                let message = format!("Invalid value: '{kind}'. It is no type of a client event.");
                Err(Problem::new("invalid_value", message).param("type"))
            }
        }
    }

    fn one(&mut self, kind: &str, fields: Value) -> Vec<Step> {
        vec![Step::Send(self.events.event(kind, fields))]
    }

    fn update(&mut self, event: &ClientEvent) -> Steps {
        self.session.update(event.object("session")?)?;
        Ok(self.one("session.updated", json!({"session": self.session.object})))
    }

    fn create_item(&mut self, event: &ClientEvent) -> Steps {
        let item = items::created(event.object("item")?, &self.items, &mut self.events.ids)?;
        let previous = self.items.insert(item.clone(), event.text("previous_item_id"))?;
        let mut steps = Vec::new();
        for kind in ["conversation.item.added", "conversation.item.done"] {
            steps.extend(self.one(kind, json!({"previous_item_id": previous, "item": item})));
        }
        Ok(steps)
    }

    fn truncate(&mut self, event: &ClientEvent) -> Steps {
        let id = event.required("item_id")?;
        let number =
            |name: &str| event.fields.get(name).and_then(Value::as_u64).ok_or_else(|| Problem::missing(name));
        let (content_index, end) = (number("content_index")?, number("audio_end_ms")?);
        if self.items.get(id)?["role"] != "assistant" {
            return Err(Problem::invalid("item_id", "only messages of the assistant can be truncated"));
        }
        let fields = json!({"item_id": id, "content_index": content_index, "audio_end_ms": end});
        Ok(self.one("conversation.item.truncated", fields))
    }

    fn create_response(&mut self, event: &ClientEvent) -> Steps {
        if let Some(Active { frame, .. }) = self.active() {
            let message = format!("Conversation already has an active response in progress: {}.", frame.id);
            return Err(Problem::new("conversation_already_has_active_response", message));
        }
        let none = Map::new();
        let wishes = match event.fields.get("response") {
            None | Some(Value::Null) => &none,
            Some(Value::Object(wishes)) => wishes,
            Some(_) => return Err(Problem::invalid("response", "expected an object")),
        };
        Ok(self.respond(wishes))
    }

    /// Answers the conversation; `wishes` go before the session's own settings.
    fn respond(&mut self, wishes: &Map<String, Value>) -> Vec<Step> {
        let setting = |name: &str| wishes.get(name).unwrap_or(&self.session.object[name]).clone();
        let body: Map<String, Value> = ["model", "tools", "tool_choice", "instructions"]
            .into_iter()
            .map(|name| (name.to_owned(), setting(name)))
            .collect();
        let history = match wishes.get("input").and_then(Value::as_array) {
            Some(input) => input.clone(),
            None => self.items.history(),
        };
        let modality = match setting("output_modalities")[0].as_str() {
            Some("text") => Modality::Text,
            _ => Modality::Audio,
        };
        let frame = ResponseFrame {
            id: self.events.ids.sized("resp_", 21),
            conversation_id: self.conversation_id.clone(),
            modality,
            format: self.session.output,
            audio: self.session.object["audio"]["output"].clone(),
            metadata: wishes.get("metadata").cloned().unwrap_or(Value::Null),
        };
        let ModelAnswer { content, delivery } = model_answer::ask(&self.connection, body, history);
        let pieces = match content {
            AnswerContent::Failure(failure) => {
                let error = model_answer::error_object(&failure);
                return self.one("error", json!({"error": error}));
            }
            AnswerContent::Recorded(pieces) => pieces,
            AnswerContent::Reply(reply) => self.reply(&frame, &reply, &delivery.faults),
        };
        let pieces = turn::with_inserts(pieces, &delivery.faults.insert, Insert::socket_pieces);
        let ending = Arc::default();
        self.active = Some(Active { frame, ending: Arc::clone(&ending) });
        vec![Step::Play(Box::new(Performance { pieces, delivery, ending }))]
    }

    fn reply(
        &mut self,
        frame: &ResponseFrame,
        reply: &ModelReply,
        faults: &crate::faults::Faults,
    ) -> Vec<SocketPiece> {
        let (mut events, items) = frame.events(reply, self.items.last_id(), &mut self.events);
        if let Some(failure) = &faults.fail {
            events.truncate(failure.after_events);
            let failed = frame.object(&Ending::Failed(failure.clone()), &[], &Value::Null);
            events.push(self.events.event("response.done", json!({"response": failed})));
        } else if let Some(failure) = &faults.error {
            events.truncate(failure.after_events);
            let error = json!({"type": "server_error", "code": failure.code, "message": failure.message, "param": null, "event_id": null});
            events.push(self.events.event("error", json!({"error": error})));
        } else {
            for item in items {
                self.items.push(item);
            }
        }
        events
            .iter()
            .filter_map(Value::as_object)
            .map(|event| SocketPiece::Event(Event::given(event)))
            .collect()
    }

    fn cancel(&mut self) -> Steps {
        let steps = self.stop();
        if steps.is_empty() {
            let message = "Cancellation failed: no active response found.";
            return Err(Problem::new("response_cancel_not_active", message));
        }
        Ok(steps)
    }

    /// The user speaks: the model falls silent, unless the session wants it otherwise.
    fn interrupt(&mut self) -> Vec<Step> {
        let keeps = &self.session.object["audio"]["input"]["turn_detection"]["interrupt_response"];
        if *keeps == Value::Bool(false) { Vec::new() } else { self.stop() }
    }

    /// The response under way, unless its client has seen the end of it.
    fn active(&self) -> Option<&Active> {
        self.active.as_ref().filter(|active| !active.ending.load(Ordering::Acquire))
    }

    fn stop(&mut self) -> Vec<Step> {
        if self.active().is_none() {
            return Vec::new();
        }
        let Some(Active { frame, .. }) = self.active.take() else { return Vec::new() };
        let cancelled = frame.object(&Ending::Cancelled, &[], &Value::Null);
        let done = self.events.event("response.done", json!({"response": cancelled}));
        vec![Step::Stop, Step::Send(done)]
    }
}
