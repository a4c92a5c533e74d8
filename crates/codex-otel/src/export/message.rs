//! The three messages of OTLP, and what their answers say.

use opentelemetry_proto::tonic::collector::{
    logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse},
    metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
    trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
};
use serde::{Serialize, de::DeserializeOwned};

/// A message for a collector.
pub(crate) trait Message: prost::Message + Serialize {
    type Answer: Answer;
}

/// What a collector says to it.
pub(crate) trait Answer: prost::Message + DeserializeOwned + Default {
    /// How much of the message it did not take, and why.
    fn rejected(self) -> Rejected;
}

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
