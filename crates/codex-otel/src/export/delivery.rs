//! Sends the batches of one signal, counts what became of them, and says once when it does not work.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use codex_observe::SafeText;
use tokio::sync::watch;

use super::{Counters, SendError, collector::Collector, message::Message};
use crate::config::Signal;

/// The longest message of a collector that is logged, in characters.
const MAX_MESSAGE_CHARS: usize = 200;

/// The way of one signal to its collector.
pub(crate) struct Delivery {
    pub(crate) signal: Signal,
    pub(crate) collector: Collector,
    pub(crate) counters: Counters,
    pub(crate) complaint: Complaint,
    /// Whether the program is about to end.
    pub(crate) hurry: watch::Receiver<bool>,
}

/// Whether it was said that telemetry does not arrive: once, for all signals together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complaint(Arc<AtomicBool>);

impl Delivery {
    pub(crate) async fn deliver<M: Message>(&mut self, message: &M, records: u64) {
        let counters = self.counters.of(self.signal);
        match self.collector.send(message, &mut self.hurry).await {
            Ok(rejected) => {
                counters.accepted(records, rejected.records);
                if rejected.records > 0 {
                    self.complain(&SafeText::prose(&rejected.message, MAX_MESSAGE_CHARS), "not taken whole");
                }
            }
            Err(error) => {
                counters.failed(records);
                self.complain_of(&error);
            }
        }
    }

    fn complain_of(&self, error: &SendError) {
        self.complain(&error.chain(), "cannot be delivered");
    }

    fn complain(&self, why: &str, what: &'static str) {
        let (signal, collector) = (self.signal.as_str(), self.collector.endpoint());
        if self.complaint.0.swap(true, Ordering::Relaxed) {
            tracing::debug!(signal, %collector, why, "telemetry {what}");
        } else {
            tracing::warn!(
                signal, %collector, why,
                "telemetry {what}; requests are not affected, and this is said once"
            );
        }
    }
}
