//! Pure function: what a flush says of signals that are slow or broken, and that a panic is told.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use tracing_subscriber::fmt::MakeWriter;

use super::*;

const ENOUGH: Duration = Duration::from_secs(10);

/// Answers every flush.
async fn answering(mut flushes: mpsc::Receiver<Flush>) {
    while let Some(flush) = flushes.recv().await {
        flush.try_send(()).unwrap();
    }
}

/// Takes every flush and answers none.
async fn hanging(mut flushes: mpsc::Receiver<Flush>) {
    let mut kept = Vec::new();
    while let Some(flush) = flushes.recv().await {
        kept.push(flush);
    }
}

/// Panics when it is asked.
async fn breaking(mut flushes: mpsc::Receiver<Flush>) {
    let _flush = flushes.recv().await;
    panic!("told to");
}

#[test]
fn a_flush_names_the_signals_that_did_not_answer_and_why() {
    let mut pipelines = Pipelines::new();
    pipelines.add(Signal::Logs, answering);
    pipelines.add(Signal::Traces, breaking);
    pipelines.add(Signal::Metrics, answering);
    let worker = Worker::start(pipelines).unwrap();
    for _ in 0..2 {
        assert_eq!(worker.flush(ENOUGH), [(Signal::Traces, Unflushed::Gone)]);
    }
}

#[test]
fn a_signal_with_no_answer_in_time_or_no_room_to_ask_is_late() {
    let mut pipelines = Pipelines::new();
    pipelines.add(Signal::Logs, hanging);
    let worker = Worker::start(pipelines).unwrap();
    for _ in 0..=WAITING_FLUSHES {
        assert_eq!(worker.flush(Duration::ZERO), [(Signal::Logs, Unflushed::Late)]);
    }
}

#[test]
fn without_anything_to_send_there_is_nothing_to_wait_for() {
    assert_eq!(Worker::start(Pipelines::new()).unwrap().flush(ENOUGH), []);
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_panic_is_told_as_a_warning() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    // For all threads: another test may panic on one without a subscriber first, and `tracing` would remember that nobody
    // listens. This is the only test here that reads the log.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    tracing::callsite::rebuild_interest_cache();
    watch_over(Signal::Metrics, tokio::spawn(async { panic!("told to") })).await;
    watch_over(Signal::Logs, tokio::spawn(async {})).await;
    let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let of =
        |signal: &str| told.lines().filter(|line| line.contains(&format!("signal=\"{signal}\""))).count();
    assert_eq!((of("metrics"), of("logs")), (1, 0), "{told}");
    assert!(told.contains("WARN") && told.contains("panicked"), "{told}");
}
