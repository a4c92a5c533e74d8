//! Pure function: a disk that is full.
use std::{fs::OpenOptions, sync::mpsc::sync_channel};

use bytes::Bytes;
use codex_client::Request;
use http::Method;

use super::*;
use crate::recording::{entry::How, options::RecordedTexts, tape::Tape};

#[test]
fn a_full_disk_is_told_at_the_end_and_nothing_piles_up() {
    // Every write to this device fails as on a full disk.
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let file = RecordingFile::over(full, u64::MAX, usize::MAX);
    let scribe = Scribe::new(file, Cleaner::new(RecordedTexts::Keep), u64::MAX);
    let (tape, reel) = Tape::new();
    let request = Request::new(Method::GET, "https://service.test/".parse().unwrap());
    let exchange = tape.begin(Carrier::Http, &request);
    let head = ResponseHead::new(http::StatusCode::OK, http::HeaderMap::new(), request.url);
    tape.put(exchange, Fact::Head(Box::new(head)));
    for _ in 0..1000 {
        tape.put(exchange, Fact::Chunk(Bytes::from(vec![b'\n'; 1000])));
    }
    tape.put(exchange, Fact::End(How::Clean, None));
    tape.finish();
    let (done, outcome) = sync_channel(1);
    scribe.run(&reel, &done);
    let error = outcome.recv().unwrap().err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(reel.waiting(), 0);
}
