//! Hears every log line of this process, at trace level: those of `tracing`, and those of libraries that know `log` only.

use std::{
    io,
    sync::{Mutex, OnceLock},
};

use codex_feedback::{LogRing, Redactor};
use log::{LevelFilter, Log, Metadata, Record};
use tracing_subscriber::{fmt::format::FmtSpan, prelude::*};

static HEARD: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static RING: OnceLock<LogRing> = OnceLock::new();
static BRIDGE: Bridge = Bridge;

/// Starts to listen, once for the process.
pub fn listen() {
    RING.get_or_init(|| {
        let ring = LogRing::new(Redactor::new());
        let all = tracing_subscriber::fmt::layer()
            .with_writer(|| Writer)
            .with_ansi(false)
            .with_span_events(FmtSpan::FULL);
        tracing_subscriber::registry().with(all).with(ring.layer()).init();
        log::set_logger(&BRIDGE).unwrap();
        log::set_max_level(LevelFilter::Trace);
        ring
    });
}

/// Everything heard so far.
pub fn heard() -> String {
    String::from_utf8_lossy(&HEARD.lock().unwrap()).into_owned()
}

/// What was heard since the last call, by whichever test: each line is looked at once. Lines are written whole.
pub fn unchecked() -> String {
    static CHECKED: Mutex<usize> = Mutex::new(0);
    let mut checked = CHECKED.lock().unwrap();
    let heard = HEARD.lock().unwrap();
    let from = std::mem::replace(&mut *checked, heard.len());
    String::from_utf8_lossy(&heard[from..]).into_owned()
}

/// What the log ring of the bug report kept of it.
pub fn ring() -> String {
    RING.get().unwrap().snapshot().text
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Bridge;

impl Log for Bridge {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = format!("{} {}: {}\n", record.level(), record.target(), record.args());
        HEARD.lock().unwrap().extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}
