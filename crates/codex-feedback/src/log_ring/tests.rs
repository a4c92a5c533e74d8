//! Pure function.

use std::{io::Write, thread};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter, prelude::*};

use super::{LOG_RING_BYTES, LogRing, MAX_LOG_RECORD_BYTES};
use crate::Redactor;

fn ring(bytes: usize) -> LogRing {
    LogRing::with_capacity(Redactor::new(), bytes)
}

#[test]
fn the_oldest_lines_make_room_as_a_whole() {
    let ring = ring(16);
    for line in ["first\n", "second\n", "third\n"] {
        ring.append(line.as_bytes());
    }
    let snapshot = ring.snapshot();
    assert_eq!(snapshot.text, "second\nthird\n");
    assert_eq!(snapshot.dropped_lines, 1);
    ring.append(b"longer than the whole ring\n");
    assert_eq!(ring.snapshot().text, "second\nthird\n");
    assert_eq!(ring.snapshot().dropped_lines, 2);
}

#[test]
fn it_never_holds_more_than_its_limit() {
    let ring = LogRing::new(Redactor::new());
    let line = [vec![b'x'; 9_999], vec![b'\n']].concat();
    for _ in 0..500 {
        ring.append(&line);
    }
    let snapshot = ring.snapshot();
    assert!(snapshot.text.len() <= LOG_RING_BYTES && snapshot.text.len() > LOG_RING_BYTES - line.len());
    assert_eq!(snapshot.dropped_lines as usize + snapshot.text.lines().count(), 500);
}

#[test]
fn strange_records_are_taken() {
    for (record, expected) in [
        (&b"bad \xff utf-8"[..], "bad \u{fffd} utf-8\n"),
        (b"two\nlines\n", "two\nlines\n"),
        (b"\x1b[31mred\x1b[0m\ttab", "\\u{1b}[31mred\\u{1b}[0m\ttab\n"),
        (b"", "\n"),
        (b"Authorization: Bearer abc.def", "Authorization: [REDACTED]\n"),
    ] {
        let ring = ring(1024);
        ring.append(record);
        assert_eq!(ring.snapshot().text, expected);
    }
}

#[test]
fn a_huge_line_is_cut_with_a_note_and_not_inside_a_credential() {
    let ring = LogRing::new(Redactor::new());
    let words = "word ".repeat(MAX_LOG_RECORD_BYTES / 5 - 2);
    let line = format!("{words}eyJ{}", "a".repeat(50 * 1024 * 1024));
    ring.append(line.as_bytes());
    let text = ring.snapshot().text;
    assert!(text.len() <= MAX_LOG_RECORD_BYTES + 64, "{}", text.len());
    assert!(!text.contains("eyJ"));
    assert!(
        text.ends_with(&format!("[cut: {} bytes]\n", line.len() + 1 - words.len())),
        "{:?}",
        &text[text.len() - 60..]
    );
}

#[test]
fn a_record_written_in_pieces_is_one_record() {
    let ring = ring(1024);
    {
        let mut writer = ring.make_writer();
        writer.write_all(b"api_key=ab").unwrap();
        writer.write_all(b"cdef").unwrap();
    }
    assert_eq!(ring.snapshot().text, "api_key=[REDACTED]\n");
}

#[test]
fn it_takes_trace_level_whatever_the_terminal_shows() {
    let ring = ring(64 * 1024);
    let terminal =
        tracing_subscriber::fmt::layer().with_writer(std::io::sink).with_filter(EnvFilter::new("error"));
    let subscriber = tracing_subscriber::registry().with(terminal).with(ring.layer());
    tracing::subscriber::with_default(subscriber, || {
        tracing::trace!("quiet line");
        tracing::trace!(target: "h2::codec", "a frame");
        tracing::info!(target: "h2::codec", "a connection");
    });
    let text = ring.snapshot().text;
    assert!(text.contains("quiet line") && text.contains("a connection"), "{text}");
    assert!(!text.contains("a frame"), "{text}");
}

#[test]
fn threads_never_mix_their_lines() {
    let ring = LogRing::new(Redactor::new());
    thread::scope(|scope| {
        for name in ["a", "b", "c", "d"] {
            let ring = ring.clone();
            scope.spawn(move || (0..500).for_each(|_| ring.append(name.repeat(100).as_bytes())));
        }
    });
    let snapshot = ring.snapshot();
    assert_eq!(snapshot.text.lines().count(), 2_000);
    assert!(
        snapshot
            .text
            .lines()
            .all(|line| line.len() == 100 && line.bytes().all(|byte| byte == line.as_bytes()[0]))
    );
}
