//! Reads the instruments at an interval.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    metrics::{
        InstrumentKind, ManualReader, Pipeline, Temporality, data::ResourceMetrics, reader::MetricReader,
    },
};
use tokio::{
    sync::mpsc::Receiver,
    time::{Instant, MissedTickBehavior, interval_at},
};

use super::batch_queue::Flush;

/// A reader that the SDK and the worker share.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedReader(Arc<ManualReader>);

impl SharedReader {
    /// All points, as they are now; `None` when there are none.
    pub(crate) fn message(&self) -> Option<ExportMetricsServiceRequest> {
        let mut metrics = ResourceMetrics::default();
        self.0.collect(&mut metrics).ok()?;
        let mut points = metrics.scope_metrics().flat_map(|scope| scope.metrics());
        points.next()?;
        Some(ExportMetricsServiceRequest::from(&metrics))
    }
}

impl MetricReader for SharedReader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}

/// Calls `export` at each interval and for each flush, until nobody can ask for a flush any more.
pub(crate) async fn run(mut flushes: Receiver<Flush>, every: Duration, mut export: impl AsyncFnMut()) {
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let flush = tokio::select! {
            biased;
            flush = flushes.recv() => match flush {
                Some(flush) => Some(flush),
                None => return,
            },
            _ = ticks.tick() => None,
        };
        export().await;
        if let Some(flush) = flush {
            // Whoever asked may have gone.
            let _ = flush.try_send(());
        }
    }
}
