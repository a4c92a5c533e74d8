//! What became of the telemetry.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::config::Signal;

/// What became of the telemetry so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportCounts {
    /// Log records.
    pub logs: SignalCounts,
    /// Spans.
    pub traces: SignalCounts,
    /// Exports of metrics: each holds all of them.
    pub metrics: SignalCounts,
}

/// What became of the records of one signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignalCounts {
    /// The collector took them.
    pub delivered: u64,
    /// The queue was full, or telemetry was shut down.
    pub dropped: u64,
    /// They could not be sent, or the collector refused the batch.
    pub failed: u64,
    /// The collector took the batch, but not these.
    pub rejected: u64,
}

/// The counts while they grow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters(Arc<[SignalCounters; 3]>);

#[derive(Debug, Default)]
pub(crate) struct SignalCounters {
    delivered: AtomicU64,
    dropped: AtomicU64,
    failed: AtomicU64,
    rejected: AtomicU64,
}

impl Counters {
    pub(crate) fn of(&self, signal: Signal) -> &SignalCounters {
        let [logs, traces, metrics] = &*self.0;
        match signal {
            Signal::Logs => logs,
            Signal::Traces => traces,
            Signal::Metrics => metrics,
        }
    }

    pub(crate) fn counts(&self) -> ExportCounts {
        ExportCounts {
            logs: self.of(Signal::Logs).counts(),
            traces: self.of(Signal::Traces).counts(),
            metrics: self.of(Signal::Metrics).counts(),
        }
    }
}

impl SignalCounters {
    pub(crate) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, records: u64) {
        self.failed.fetch_add(records, Ordering::Relaxed);
    }

    pub(crate) fn accepted(&self, records: u64, rejected: u64) {
        let rejected = rejected.min(records);
        self.delivered.fetch_add(records - rejected, Ordering::Relaxed);
        self.rejected.fetch_add(rejected, Ordering::Relaxed);
    }

    fn counts(&self) -> SignalCounts {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SignalCounts {
            delivered: load(&self.delivered),
            dropped: load(&self.dropped),
            failed: load(&self.failed),
            rejected: load(&self.rejected),
        }
    }
}
