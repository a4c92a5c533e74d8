//! A collector on loopback: takes what comes and counts it.

use std::collections::BTreeSet;
use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use bench_harness::read_request;

use crate::otlp;

/// Everything was taken: an empty message.
const TAKEN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
/// Counters whose totals are held against the events of the streams.
const STREAM_EVENTS: [&str; 2] = ["codex.sse_event", "codex.websocket.event"];

/// It lives as long as this process, which is not the one that is measured.
pub(crate) struct Collector {
    address: SocketAddr,
    arrived: Arc<Mutex<Arrived>>,
}

/// What came from one program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) log_records: u64,
    pub(crate) spans: u64,
    pub(crate) metric_exports: u64,
    /// The names of the metrics.
    pub(crate) metrics: BTreeSet<String>,
    /// What the counters of stream events came to, in the latest export: they only grow.
    pub(crate) stream_events: u64,
    /// Requests for another path, or with a body that is not OTLP.
    pub(crate) unreadable: u64,
}

impl Collector {
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let collector = Self { address: listener.local_addr()?, arrived: Arc::default() };
        let arrived = Arc::clone(&collector.arrived);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let arrived = Arc::clone(&arrived);
                // A program that ends is no error of the collector.
                thread::spawn(move || answer(connection, &arrived));
            }
        });
        Ok(collector)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came since the last call.
    pub(crate) fn take(&self) -> Arrived {
        std::mem::take(&mut *lock(&self.arrived))
    }
}

fn answer(connection: TcpStream, arrived: &Mutex<Arrived>) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut writer = connection;
    while let Some(request) = read_request(&mut reader)? {
        // Counted before it is answered: once the program has ended, all is counted.
        lock(arrived).add(&request.path, &request.body);
        writer.write_all(TAKEN)?;
    }
    Ok(())
}

fn lock(arrived: &Mutex<Arrived>) -> MutexGuard<'_, Arrived> {
    arrived.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Arrived {
    /// Counts one export.
    pub(crate) fn add(&mut self, path: &str, body: &[u8]) {
        let records = otlp::messages(body, &otlp::RECORDS);
        match (path, records) {
            ("/v1/logs", Some(records)) => self.log_records += records.len() as u64,
            ("/v1/traces", Some(spans)) => self.spans += spans.len() as u64,
            ("/v1/metrics", Some(metrics)) => self.add_metrics(&metrics),
            _ => self.unreadable += 1,
        }
    }

    fn add_metrics(&mut self, metrics: &[&[u8]]) {
        self.metric_exports += 1;
        self.stream_events = 0;
        for metric in metrics {
            let name = otlp::metric_name(metric).unwrap_or_default();
            if STREAM_EVENTS.contains(&name) {
                self.stream_events += otlp::counter_total(metric).unwrap_or_default();
            }
            self.metrics.insert(name.to_owned());
        }
    }
}
