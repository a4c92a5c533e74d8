//! Pure function (paused time): when batches are handed on, and what a full queue does.

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;

use super::*;

const DELAY: Duration = Duration::from_secs(1);

struct Bench {
    input: QueueInput<u32>,
    flushes: Sender<Flush>,
    batches: Arc<Mutex<Vec<Vec<u32>>>>,
}

/// A queue of 10 records, in batches of 3.
fn start() -> Bench {
    let (records, queued) = mpsc::channel(10);
    let (flushes, asked) = mpsc::channel(1);
    let counters = Counters::default();
    let queue =
        BatchQueue { records: queued, flushes: asked, limits: BatchLimits { records: 3, delay: DELAY } };
    let batches = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&batches);
    tokio::spawn(queue.run(async move |batch| seen.lock().unwrap().push(batch)));
    Bench { input: QueueInput { records, signal: Signal::Logs, counters }, flushes, batches }
}

impl Bench {
    fn offer(&self, records: std::ops::Range<u32>) {
        records.for_each(|record| self.input.offer(record));
    }

    fn batches(&self) -> Vec<Vec<u32>> {
        self.batches.lock().unwrap().clone()
    }
}

async fn let_it_run() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_batch_goes_at_once_and_the_rest_after_the_delay() {
    let bench = start();
    bench.offer(0..4);
    let_it_run().await;
    assert_eq!(bench.batches(), [vec![0, 1, 2]]);
    tokio::time::sleep(DELAY - Duration::from_millis(1)).await;
    assert_eq!(bench.batches().len(), 1);
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!(bench.batches(), [vec![0, 1, 2], vec![3]]);
}

#[tokio::test(start_paused = true)]
async fn the_delay_counts_from_the_first_record_of_a_batch() {
    let bench = start();
    bench.offer(0..1);
    tokio::time::sleep(DELAY * 6 / 10).await;
    bench.offer(1..2);
    tokio::time::sleep(DELAY * 6 / 10).await;
    assert_eq!(bench.batches(), [vec![0, 1]]);
}

#[tokio::test(start_paused = true)]
async fn a_flush_sends_all_that_waits() {
    let bench = start();
    bench.offer(0..8);
    let (flush, done) = std::sync::mpsc::sync_channel(1);
    bench.flushes.try_send(flush).unwrap();
    let_it_run().await;
    assert_eq!(done.try_recv(), Ok(()));
    assert_eq!(bench.batches(), [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7]]);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_dropped_and_counted() {
    let bench = start();
    bench.offer(0..15);
    assert_eq!(bench.input.counters.counts().logs.dropped, 5);
    let_it_run().await;
    assert_eq!(bench.batches().concat(), (0..9).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_nobody_reads_drops_what_is_offered() {
    let (records, queued) = mpsc::channel(10);
    drop(queued);
    let input = QueueInput { records, signal: Signal::Traces, counters: Counters::default() };
    input.offer(1);
    assert_eq!(input.counters.counts().traces.dropped, 1);
}
