//! The routing policy: which field of an event goes to which sink.

use codex_observe::{Event, Field, FieldValue, Privacy, SessionFacts};
use opentelemetry::{KeyValue, Value, logs::AnyValue};

/// Attribute that repeats the event's name, for collectors that do not look at the name of a record.
pub(crate) const EVENT_NAME: &str = "event.name";

/// The fields of one event, those of its session first.
pub(crate) struct Fields<'a> {
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    name: &'static str,
    privacy: Privacy,
    value: FieldValue<'a>,
}

impl<'a> Fields<'a> {
    /// The fields that every event of the session has.
    pub(crate) fn of_session(session: &'a SessionFacts, name: &'static str, timestamp: &'a str) -> Self {
        let mut fields = Self { rows: Vec::with_capacity(32) };
        fields.add(EVENT_NAME, Privacy::Both, FieldValue::Static(name));
        fields.push(Field::Timestamp, FieldValue::Text(timestamp));
        session.visit(&mut |field, value| fields.push(field, value));
        fields
    }

    /// Adds the event's own.
    pub(crate) fn with_event(mut self, event: &'a Event) -> Self {
        event.visit(&mut |field, value| self.push(field, value));
        self
    }

    /// Adds one that the table of `codex-observe` does not know.
    pub(crate) fn add(&mut self, name: &'static str, privacy: Privacy, value: FieldValue<'a>) {
        self.rows.push(Row { name, privacy, value });
    }

    fn push(&mut self, field: Field, value: FieldValue<'a>) {
        if let Some(name) = field.name() {
            self.add(name, field.privacy(), value);
        }
    }

    /// What the log sink may carry.
    pub(crate) fn for_log(&self) -> impl Iterator<Item = (&'static str, AnyValue)> {
        self.rows.iter().filter(|row| row.privacy.in_log()).map(|row| (row.name, log_value(row.value)))
    }

    /// What the trace sink may carry.
    pub(crate) fn for_trace(&self) -> Vec<KeyValue> {
        let safe = self.rows.iter().filter(|row| row.privacy.in_trace());
        safe.map(|row| KeyValue::new(row.name, trace_value(row.value))).collect()
    }
}

/// The text fields become text, the counts and durations whole numbers.
pub(crate) fn trace_value(value: FieldValue<'_>) -> Value {
    match value {
        FieldValue::Text(text) => Value::from(text.to_owned()),
        FieldValue::Static(word) => Value::from(word),
        FieldValue::Bool(flag) => Value::from(flag),
        FieldValue::Unsigned(number) | FieldValue::Millis(number) => Value::from(whole(number)),
        other => Value::from(other.to_string()),
    }
}

fn log_value(value: FieldValue<'_>) -> AnyValue {
    match trace_value(value) {
        Value::Bool(flag) => AnyValue::Boolean(flag),
        Value::I64(number) => AnyValue::Int(number),
        Value::String(text) => AnyValue::String(text),
        other => AnyValue::from(other.to_string()),
    }
}

/// OTLP knows signed numbers only; what is larger becomes the largest.
pub(crate) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
