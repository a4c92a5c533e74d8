//! Log records from the SDK into their queue.

use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry_proto::{
    tonic::collector::logs::v1::ExportLogsServiceRequest,
    transform::{common::tonic::ResourceAttributesWithSchema, logs::tonic::group_logs_by_resource_and_scope},
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    logs::{LogBatch, LogProcessor, SdkLogRecord},
};

use super::batch_queue::QueueInput;

/// A record and the scope that it is of.
pub(crate) type ScopedRecord = (SdkLogRecord, InstrumentationScope);

impl LogProcessor for QueueInput<ScopedRecord> {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        self.offer((record.clone(), scope.clone()));
    }

    /// The worker is asked, not the processor.
    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// The message of a batch.
pub(crate) fn message(
    batch: &[ScopedRecord],
    resource: &ResourceAttributesWithSchema,
) -> ExportLogsServiceRequest {
    let records: Vec<_> = batch.iter().map(|(record, scope)| (record, scope)).collect();
    let batch = LogBatch::new(&records);
    ExportLogsServiceRequest { resource_logs: group_logs_by_resource_and_scope(&batch, resource) }
}
