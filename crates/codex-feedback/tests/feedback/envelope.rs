//! Pure function: an envelope, read by a reader of its own.

use std::{fs, time::UNIX_EPOCH};

use crate::support::{report, request, unauthorized};
use bytes::Bytes;
use codex_feedback::{Envelope, Feedback, Redactor};
use codex_observe::Observer;
use serde_json::Value;

/// The header and the items of an envelope, as the documentation of the format says.
fn read(bytes: &[u8]) -> (Value, Vec<(Value, Vec<u8>)>) {
    let (header, mut rest) = line(bytes);
    let mut items = Vec::new();
    while !rest.is_empty() {
        let (header, after) = line(rest);
        let length = usize::try_from(header["length"].as_u64().unwrap()).unwrap();
        assert_eq!(after[length], b'\n', "a line feed ends each item");
        items.push((header, after[..length].to_vec()));
        rest = &after[length + 1..];
    }
    (header, items)
}

fn line(bytes: &[u8]) -> (Value, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    (serde_json::from_slice(&bytes[..end]).unwrap(), &bytes[end + 1..])
}

#[test]
fn event_and_attachments_stand_in_it_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let contents = b"\r\n\n{\"type\":\"event\"}\n\xff\x00\n".to_vec();
    let file = folder.path().join("a \"strange\" name.bin");
    fs::write(&file, &contents).unwrap();
    let feedback = Feedback::new(Redactor::new());
    feedback.on_event(&unauthorized(1, "req-1"));
    feedback.logs().append(b"line 1\nline 2");
    let mut request = request();
    request.attachments = vec![file];
    let report = report(&feedback, request);

    let (header, items) = read(&report.envelope().sent_at(UNIX_EPOCH));
    assert_eq!(header["event_id"], report.event_id().to_string());
    assert_eq!(header["sent_at"], "1970-01-01T00:00:00.000Z");
    assert_eq!(items[0].0["type"], "event");
    let attached: Vec<_> =
        items[1..].iter().map(|(header, _)| header["filename"].as_str().unwrap()).collect();
    assert_eq!(
        attached,
        ["codex-logs.log", "codex-report.json", "codex-report.html", "a \"strange\" name.bin"]
    );
    assert!(items[1..].iter().all(|(header, _)| header["type"] == "attachment"));
    assert_eq!(items[1].1, b"line 1\nline 2\n");
    assert_eq!(items[2].1, report.to_json().into_bytes());
    assert_eq!(items[4].1, contents);
}

#[test]
fn the_proxy_has_a_file_of_its_own() {
    let mut request = request();
    request.environment = codex_feedback::Environment::collect("1.2.3", |name| {
        (name == "https_proxy").then(|| "http://ada:canary@proxy:3128/?canary".to_owned())
    });
    let report = report(&Feedback::new(Redactor::new()), request);
    let (_, items) = read(&report.envelope().stored());
    let file =
        items.iter().find(|(header, _)| header["filename"] == "codex-connectivity-diagnostics.txt").unwrap();
    let text = std::str::from_utf8(&file.1).unwrap();
    assert!(text.contains("https_proxy = http://proxy:3128/\n"), "{text}");
    assert!(!text.contains("canary"));
}

#[test]
fn what_was_stored_is_read_again() {
    let envelope = crate::support::plain_report().envelope();
    let stored = envelope.stored();
    assert!(!String::from_utf8_lossy(&stored).lines().next().unwrap().contains("sent_at"));
    assert_eq!(Envelope::from_stored(&stored).unwrap(), envelope);
    for bad in [&b""[..], b"{}", b"{}\n", b"{\"event_id\":\"1\"}\n", b"\xff\n"] {
        assert!(Envelope::from_stored(&Bytes::from_static(bad)).is_err(), "{bad:?}");
    }
}
