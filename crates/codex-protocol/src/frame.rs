//! Frames a client sends over the WebSocket of the Responses API.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::input::Input;
use crate::item::ResponseItem;
use crate::request::{RequestProblem, ResponsesApiRequest, check_stream_id};

/// A `response.create` frame: a request as a WebSocket sends it. It borrows the request, which may be large.
///
/// The fields of the request stand beside `type`. `stream`, `stream_options`, `background` and
/// `background_options` have no place in the frame and are left out (openai-python
/// `responses_client_event.py`); [`validate`](Self::validate) refuses a request that asks for the last two.
///
/// ```
/// use codex_protocol::{ResponseCreateFrame, ResponsesApiRequest};
///
/// let mut request = ResponsesApiRequest::new("gpt-5.4").input("Say hello");
/// request.stream = Some(true);
/// assert_eq!(
///     serde_json::to_string(&ResponseCreateFrame::new(&request).generate(false))?,
///     r#"{"type":"response.create","model":"gpt-5.4","input":"Say hello","generate":false}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResponseCreateFrame<'a> {
    request: &'a ResponsesApiRequest,
    continued: Option<Continued<'a>>,
    generate: Option<bool>,
    stream_id: Option<&'a str>,
    client_metadata: Option<&'a BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Continued<'a> {
    response_id: &'a str,
    rest: &'a [ResponseItem],
}

impl<'a> ResponseCreateFrame<'a> {
    /// The whole request.
    pub fn new(request: &'a ResponsesApiRequest) -> Self {
        Self { request, continued: None, generate: None, stream_id: None, client_metadata: None }
    }

    /// Sends only `rest`, what [`extension`](crate::extension) found new, and the id of the response it
    /// follows. They replace input and `previous_response_id` of the request. `rest` may be empty.
    #[must_use]
    pub fn continuing(mut self, response_id: &'a str, rest: &'a [ResponseItem]) -> Self {
        self.continued = Some(Continued { response_id, rest });
        self
    }

    /// Says whether there is output. `false` is the warm-up: the response has an id to continue from, and
    /// nothing else.
    #[must_use]
    pub fn generate(mut self, generate: bool) -> Self {
        self.generate = Some(generate);
        self
    }

    /// The lane. Replaces that of the request; `[A-Za-z0-9_.-]`, 1 to 256 characters. Events of the
    /// response name it ([`ResponseEvent::lane`](crate::ResponseEvent::lane)).
    #[must_use]
    pub fn stream_id(mut self, stream_id: &'a str) -> Self {
        self.stream_id = Some(stream_id);
        self
    }

    /// Adds facts about the client, for the Codex service. Of a name that the request has too, this one
    /// counts.
    #[must_use]
    pub fn client_metadata(mut self, client_metadata: &'a BTreeMap<String, String>) -> Self {
        self.client_metadata = Some(client_metadata);
        self
    }

    /// Checks the documented limits of the request as it stands in the frame.
    ///
    /// # Errors
    ///
    /// As [`ResponsesApiRequest::validate`], and for what a WebSocket does not carry.
    pub fn validate(&self) -> Result<(), RequestProblem> {
        self.request.validate()?;
        if let Some(field) = self.request.http_only() {
            return Err(RequestProblem::HttpOnly { field });
        }
        if self.continued.is_some() && self.request.conversation.is_some() {
            return Err(RequestProblem::Exclusive { first: "previous_response_id", second: "conversation" });
        }
        self.stream_id.map_or(Ok(()), check_stream_id)
    }
}

impl ResponsesApiRequest {
    /// The field that only HTTP can serve, when one is set: a request that runs in the background has no
    /// place on a WebSocket. `stream` and `stream_options` have none either, but change nothing there.
    pub fn http_only(&self) -> Option<&'static str> {
        if self.background == Some(true) {
            return Some("background");
        }
        self.background_options.as_ref().map(|_| "background_options")
    }
}

impl Serialize for ResponseCreateFrame<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = self.request;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "response.create")?;
        request.write_settings(&mut map)?;
        match self.continued {
            Some(Continued { response_id, rest }) => {
                map.serialize_entry("previous_response_id", response_id)?;
                map.serialize_entry("input", rest)?;
            }
            None => {
                write_set(&mut map, "previous_response_id", request.previous_response_id.as_ref())?;
                write_set(&mut map, "input", request.input.as_ref())?;
            }
        }
        write_set(&mut map, "generate", self.generate.or(request.generate))?;
        write_set(&mut map, "stream_id", self.stream_id.or(request.stream_id.as_deref()))?;
        let metadata = BothMaps(request.client_metadata.as_ref(), self.client_metadata);
        write_set(&mut map, "client_metadata", metadata.any())?;
        map.end()
    }
}

fn write_set<M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    value: Option<impl Serialize>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, &value))
}

/// Two maps as one; the second counts where both have a name.
struct BothMaps<'a>(Option<&'a BTreeMap<String, String>>, Option<&'a BTreeMap<String, String>>);

impl BothMaps<'_> {
    fn any(self) -> Option<Self> {
        (self.0.is_some() || self.1.is_some()).then_some(self)
    }
}

impl Serialize for BothMaps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let later = |name: &String| self.1.is_some_and(|second| second.contains_key(name));
        let first = self.0.into_iter().flatten().filter(|(name, _)| !later(name));
        serializer.collect_map(first.chain(self.1.into_iter().flatten()))
    }
}

/// A `response.steer` frame: input for a response that runs. The answer is
/// [`SteerAccepted`](crate::ResponseEvent::SteerAccepted), `SteerPending` or `SteerFailed`.
///
/// ```
/// use codex_protocol::{Input, ResponseSteerFrame};
///
/// let frame = ResponseSteerFrame { previous_response_id: "resp_1", input: &Input::from("Faster.") };
/// assert_eq!(
///     serde_json::to_string(&frame)?,
///     r#"{"type":"response.steer","previous_response_id":"resp_1","input":"Faster."}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "type", rename = "response.steer")]
pub struct ResponseSteerFrame<'a> {
    /// The response that runs.
    pub previous_response_id: &'a str,
    /// What to tell it: messages and outputs of functions.
    pub input: &'a Input,
}
