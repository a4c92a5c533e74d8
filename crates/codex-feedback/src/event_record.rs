//! What happened, in a form that outlives the process.

use std::{collections::BTreeMap, fmt, time::SystemTime};

use codex_observe::{Event, Field, FieldValue, OperationId, RequestContext, event_name, rfc3339_millis};
use serde::{Deserialize, Serialize};

/// One recorded event: what telemetry says of it, under the same names, and what places it in the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventRecord {
    /// When it ended: RFC 3339, milliseconds, UTC.
    pub at: String,
    /// Milliseconds from the start of the run to the end of this event.
    #[serde(default)]
    pub at_ms: u64,
    /// Its name in telemetry, such as `codex.api_request`.
    pub name: String,
    /// Which call of the run it belongs to, counted from 1; `None` where it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u32>,
    /// Path below the base URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Number of the attempt, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The facts, by their names in telemetry.
    #[serde(default)]
    pub fields: BTreeMap<String, FactValue>,
}

/// The value of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// Yes or no.
    Flag(bool),
    /// A number; durations are milliseconds.
    Number(u64),
    /// A text.
    Text(String),
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl EventRecord {
    /// The record of events in the order in which they happened, each with its time, in a run that began at `start`.
    pub(crate) fn of_all<'e>(
        start: SystemTime,
        events: impl IntoIterator<Item = (SystemTime, &'e Event)>,
    ) -> Vec<Self> {
        let mut operations: Vec<OperationId> = Vec::new();
        let mut number_of = |operation: OperationId| {
            let known = operations.iter().position(|known| *known == operation);
            let index = known.unwrap_or_else(|| {
                operations.push(operation);
                operations.len() - 1
            });
            u32::try_from(index + 1).unwrap_or(u32::MAX)
        };
        let record = |(at, event): (SystemTime, &'e Event)| {
            let since = at.duration_since(start).unwrap_or_default();
            let place = Place::of(event);
            Self {
                at: rfc3339_millis(at),
                at_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
                name: event.name().to_owned(),
                operation: place.operation.map(&mut number_of),
                endpoint: place.endpoint.map(str::to_owned),
                attempt: place.attempt,
                fields: fields(event),
            }
        };
        events.into_iter().map(record).collect()
    }

    /// A fact as text.
    pub fn text(&self, field: Field) -> Option<String> {
        self.fields.get(field.name()?).map(ToString::to_string)
    }

    /// A fact as a number.
    pub fn number(&self, field: Field) -> Option<u64> {
        match self.fields.get(field.name()?)? {
            FactValue::Number(number) => Some(*number),
            FactValue::Flag(_) | FactValue::Text(_) => None,
        }
    }

    /// A fact as yes or no.
    pub fn flag(&self, field: Field) -> Option<bool> {
        match self.fields.get(field.name()?)? {
            FactValue::Flag(flag) => Some(*flag),
            FactValue::Number(_) | FactValue::Text(_) => None,
        }
    }

    /// How it went.
    pub fn verdict(&self) -> Verdict {
        if self.name == event_name::AUTH_RECOVERY {
            return match (self.text(Field::StateChanged), self.text(Field::StepReason)) {
                (Some(_), _) => Verdict::Recovered,
                // Only what did not run has such a reason.
                (None, Some(_)) => Verdict::NotRun,
                (None, None) => Verdict::Failed,
            };
        }
        if self.name == event_name::TRANSPORT_FALLBACK {
            return Verdict::Changed;
        }
        match self.text(Field::ErrorMessage) {
            Some(_) if self.number(Field::StatusCode) == Some(UNAUTHORIZED) => Verdict::Unauthorized,
            Some(_) => Verdict::Failed,
            None => Verdict::Worked,
        }
    }
}

const UNAUTHORIZED: u64 = 401;

/// How an event went, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing failed.
    Worked,
    /// The service refused the credentials.
    Unauthorized,
    /// Something else failed, or a step of recovery did not help.
    Failed,
    /// A step of recovery ran; the request is sent again.
    Recovered,
    /// There was no step of recovery to take, as for an API key.
    NotRun,
    /// The session goes on over another transport.
    Changed,
}

/// What places an event in the timeline.
#[derive(Default)]
struct Place {
    operation: Option<OperationId>,
    endpoint: Option<&'static str>,
    attempt: Option<u32>,
}

impl Place {
    fn of(event: &Event) -> Self {
        let of = |context: &RequestContext| Self {
            operation: Some(context.operation),
            endpoint: Some(context.endpoint.0),
            attempt: Some(context.attempt),
        };
        match event {
            Event::ApiRequest(event) => of(&event.context),
            Event::WebsocketConnect(event) => of(&event.context),
            Event::WebsocketRequest(event) => of(&event.context),
            Event::StreamEnded(event) => of(&event.context),
            Event::AuthRecovery(event) => {
                Self { operation: Some(event.operation), endpoint: Some(event.endpoint.0), attempt: None }
            }
            Event::TransportFallback(event) => Self { endpoint: Some(event.endpoint.0), ..Self::default() },
            _ => Self::default(),
        }
    }
}

fn fields(event: &Event) -> BTreeMap<String, FactValue> {
    let mut fields = BTreeMap::new();
    event.visit(&mut |field, value| {
        if let Some(name) = field.name() {
            fields.insert(name.to_owned(), fact(value));
        }
    });
    fields
}

fn fact(value: FieldValue<'_>) -> FactValue {
    match value {
        FieldValue::Bool(flag) => FactValue::Flag(flag),
        FieldValue::Unsigned(number) | FieldValue::Millis(number) => FactValue::Number(number),
        other => FactValue::Text(other.to_string()),
    }
}
