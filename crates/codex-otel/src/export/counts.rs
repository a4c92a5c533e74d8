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
    /// They were still queued or on their way when [`shutdown`](crate::Telemetry::shutdown) ended, or when the exporter
    /// broke: nobody knows of their arrival. 0 before the end.
    pub lost: u64,
}

impl ExportCounts {
    /// Those of a signal.
    pub fn of(&self, signal: Signal) -> SignalCounts {
        match signal {
            Signal::Logs => self.logs,
            Signal::Traces => self.traces,
            Signal::Metrics => self.metrics,
        }
    }
}

/// The counts while they grow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counters(Arc<[SignalCounters; 3]>);

#[derive(Debug, Default)]
pub(crate) struct SignalCounters {
    /// All that was handed over; each of the others counts a part of these.
    offered: AtomicU64,
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

    /// The counts at the end: what has no fate by now is lost, and so is the last export of metrics when they are among
    /// the signals that did not answer.
    pub(crate) fn final_counts(&self, unanswered: &[Signal]) -> ExportCounts {
        let mut counts = ExportCounts {
            logs: self.of(Signal::Logs).final_counts(),
            traces: self.of(Signal::Traces).final_counts(),
            metrics: self.of(Signal::Metrics).final_counts(),
        };
        if unanswered.contains(&Signal::Metrics) {
            counts.metrics.lost = counts.metrics.lost.max(1);
        }
        counts
    }
}

impl SignalCounters {
    /// Before anything else becomes of them.
    pub(crate) fn offered(&self, records: u64) {
        self.offered.fetch_add(records, Ordering::Relaxed);
    }

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

    fn final_counts(&self) -> SignalCounts {
        // First: what is handed over meanwhile is not of this end.
        let offered = self.offered.load(Ordering::Relaxed);
        let counts = self.counts();
        let told = [counts.delivered, counts.dropped, counts.failed, counts.rejected];
        let lost = told.into_iter().fold(offered, u64::saturating_sub);
        SignalCounts { lost, ..counts }
    }

    fn counts(&self) -> SignalCounts {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SignalCounts {
            delivered: load(&self.delivered),
            dropped: load(&self.dropped),
            failed: load(&self.failed),
            rejected: load(&self.rejected),
            lost: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn what_has_no_fate_at_the_end_is_lost() {
        let counters = Counters::default();
        let logs = counters.of(Signal::Logs);
        logs.offered(10);
        logs.dropped();
        logs.failed(2);
        logs.accepted(4, 1);
        assert_eq!(counters.counts().logs.lost, 0);
        let logs = counters.final_counts(&[]).logs;
        assert_eq!((logs.dropped, logs.failed, logs.delivered, logs.rejected, logs.lost), (1, 2, 3, 1, 3));
    }

    #[test]
    fn a_signal_that_did_not_answer_has_lost_what_it_had() {
        let counters = Counters::default();
        let lost = |unanswered: &[Signal]| {
            Signal::ALL.map(|signal| counters.final_counts(unanswered).of(signal).lost)
        };
        assert_eq!(lost(&[]), [0, 0, 0]);
        assert_eq!(lost(&Signal::ALL), [0, 0, 1]);
        counters.of(Signal::Metrics).offered(1);
        assert_eq!(lost(&Signal::ALL), [0, 0, 1]);
    }
}
