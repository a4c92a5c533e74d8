//! The three messages of OTLP, and what their answers say.

use opentelemetry_proto::tonic::collector::{
    logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse},
    metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
    trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A message for a collector.
pub(crate) trait Message: prost::Message + Serialize {
    type Answer: Answer;

    /// As JSON.
    fn json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

/// What a collector says to it.
pub(crate) trait Answer: prost::Message + DeserializeOwned + Default {
    /// How much of the message it did not take, and why.
    fn rejected(self) -> Rejected;

    /// From JSON; `None` when it is not this message. The JSON of protobuf writes 64-bit numbers as text, and leaves it
    /// to the writer to leave out a member or to write `null`.
    fn from_json(json: &[u8]) -> Option<Self> {
        let mut answer: Value = serde_json::from_slice(json).ok().filter(Value::is_object)?;
        if let Some(Value::Object(partial)) = answer.get_mut("partialSuccess") {
            partial.retain(|_, member| !member.is_null());
            for name in REJECTED {
                if let Some(count) = partial.get_mut(name)
                    && let Some(number) = count.as_str().and_then(|text| text.parse::<i64>().ok())
                {
                    *count = Value::from(number);
                }
            }
        }
        serde_json::from_value(answer).ok()
    }
}

/// Where the three answers say how much was rejected.
const REJECTED: [&str; 3] = ["rejectedLogRecords", "rejectedSpans", "rejectedDataPoints"];

/// What a collector did not take of a message that it took as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) records: u64,
    pub(crate) message: String,
}

impl Rejected {
    fn new(records: i64, message: String) -> Self {
        Self { records: u64::try_from(records).unwrap_or_default(), message }
    }
}

impl Message for ExportLogsServiceRequest {
    type Answer = ExportLogsServiceResponse;
}

impl Message for ExportTraceServiceRequest {
    type Answer = ExportTraceServiceResponse;
}

impl Message for ExportMetricsServiceRequest {
    type Answer = ExportMetricsServiceResponse;

    fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut message = serde_json::to_value(self)?;
        count_in_numbers(&mut message);
        serde_json::to_vec(&message)
    }
}

/// Turns the counts of histograms from text into numbers.
///
/// The JSON of protobuf writes 64-bit numbers as text and reads both. Some collectors (such as Rotel 0.0.1) read these
/// as numbers only, and would lose every histogram without a word. Names of attributes are values here, so no key of
/// theirs can be taken for one.
fn count_in_numbers(value: &mut Value) {
    fn number(value: &mut Value) {
        if let Some(count) = value.as_str().and_then(|text| text.parse::<u64>().ok()) {
            *value = Value::from(count);
        }
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(count_in_numbers),
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("count", member) => number(member),
                    ("bucketCounts", Value::Array(counts)) => counts.iter_mut().for_each(number),
                    (_, member) => count_in_numbers(member),
                }
            }
        }
        _ => {}
    }
}

impl Answer for ExportLogsServiceResponse {
    fn rejected(self) -> Rejected {
        let partial = self.partial_success.unwrap_or_default();
        Rejected::new(partial.rejected_log_records, partial.error_message)
    }
}

impl Answer for ExportTraceServiceResponse {
    fn rejected(self) -> Rejected {
        let partial = self.partial_success.unwrap_or_default();
        Rejected::new(partial.rejected_spans, partial.error_message)
    }
}

impl Answer for ExportMetricsServiceResponse {
    fn rejected(self) -> Rejected {
        let partial = self.partial_success.unwrap_or_default();
        // The collector counts points, this client exports.
        Rejected::new(partial.rejected_data_points.min(1), partial.error_message)
    }
}
