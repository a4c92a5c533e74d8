//! Fake collector on loopback: that telemetry does not arrive is said once, without secrets. One test: it listens to the
//! log of the whole process.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod collector;
mod harness;

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use codex_observe::{Endpoint, Event, FallbackReason, Observer, TransportFallback};
use codex_otel::{OtelConfig, Program, Telemetry};
use collector::{Collector, Reply, wait_until};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn it_is_said_once_that_telemetry_does_not_arrive() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .init();
    let collector = Collector::start(&[Reply::Status(403); 100]);
    let address = collector.address;
    let config: OtelConfig = toml::from_str(&format!(
        "[exporter]\nendpoint = \"http://user:pass-word@{address}/?key=query-secret\"\nheaders = {{ x-key = \"header-secret\" }}\ndelay_ms = 1"
    ))
    .unwrap();
    let telemetry = Telemetry::start(&config, Program::new("codex-api", "1.2.3")).unwrap();
    let observer = telemetry.observer(harness::session(), None);
    for failed in 1..=5 {
        let fact = TransportFallback::new(Endpoint::RESPONSES, FallbackReason::Negotiated);
        observer.on_event(&Event::TransportFallback(fact));
        wait_until(|| telemetry.counts().logs.failed == failed && telemetry.counts().traces.failed == failed);
    }
    telemetry.shutdown(Duration::from_secs(10));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let warnings: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let warning = warnings[0];
    for part in [&format!("collector=http://{address}/"), "answered with status 403", "said once"] {
        assert!(warning.contains(part), "{part} is not in {warning}");
    }
    for secret in ["pass-word", "query-secret", "header-secret", harness::EMAIL, harness::ACCOUNT] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}
