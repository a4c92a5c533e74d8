//! A bounded queue whose records are handed on in batches.

use std::time::Duration;

use tokio::{
    sync::mpsc::{Receiver, Sender},
    time::{Instant, sleep_until},
};

use crate::{config::Signal, export::Counters};

/// Asks for everything to be sent; answered when that is done, dropped when it never will be.
pub(crate) type Flush = std::sync::mpsc::SyncSender<()>;

/// The end of a queue that records are put in.
#[derive(Debug)]
pub(crate) struct QueueInput<T> {
    pub(crate) records: Sender<T>,
    pub(crate) signal: Signal,
    pub(crate) counters: Counters,
}

/// The end of a queue that batches come out of.
pub(crate) struct BatchQueue<T> {
    pub(crate) records: Receiver<T>,
    pub(crate) flushes: Receiver<Flush>,
    pub(crate) limits: BatchLimits,
}

/// When a batch is handed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchLimits {
    /// How many records it has at most.
    pub(crate) records: usize,
    /// How long its first record waits at most.
    pub(crate) delay: Duration,
}

enum Wake {
    Received,
    Due,
    Flush(Flush),
    Over,
}

impl<T> QueueInput<T> {
    /// Puts a record in the queue; drops and counts it when the queue is full. Never waits.
    pub(crate) fn offer(&self, record: T) {
        let counters = self.counters.of(self.signal);
        counters.offered(1);
        if self.records.try_send(record).is_err() {
            counters.dropped();
        }
    }
}

impl<T> BatchQueue<T> {
    /// Hands batches to `export` until nobody can ask for a flush any more.
    pub(crate) async fn run(mut self, mut export: impl AsyncFnMut(Vec<T>)) {
        let mut batch = Vec::new();
        let mut due = Instant::now();
        loop {
            let room = self.limits.records.saturating_sub(batch.len());
            let waiting = !batch.is_empty();
            let open = !self.records.is_closed() || !self.records.is_empty();
            let wake = tokio::select! {
                biased;
                flush = self.flushes.recv() => flush.map_or(Wake::Over, Wake::Flush),
                () = sleep_until(due), if waiting => Wake::Due,
                _ = self.records.recv_many(&mut batch, room), if open => Wake::Received,
            };
            match wake {
                Wake::Received if !waiting => due = Instant::now() + self.limits.delay,
                Wake::Received => {}
                Wake::Due => export(std::mem::take(&mut batch)).await,
                Wake::Flush(flush) => {
                    self.drain(&mut batch, &mut export).await;
                    // Whoever asked may have gone.
                    let _ = flush.try_send(());
                }
                Wake::Over => return,
            }
            if batch.len() >= self.limits.records {
                export(std::mem::take(&mut batch)).await;
            }
        }
    }

    /// Hands on what waits now; what comes meanwhile has to wait for its turn.
    async fn drain(&mut self, batch: &mut Vec<T>, export: &mut impl AsyncFnMut(Vec<T>)) {
        let mut left = self.records.len();
        while left > 0 || !batch.is_empty() {
            while batch.len() < self.limits.records && left > 0 {
                left -= 1;
                match self.records.try_recv() {
                    Ok(record) => batch.push(record),
                    Err(_) => left = 0,
                }
            }
            export(std::mem::take(batch)).await;
        }
    }
}

#[cfg(test)]
mod tests;
