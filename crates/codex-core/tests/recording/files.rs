//! Simulator: the file of a recording, and what happens when there is none.

use std::{fs, sync::Arc};

use codex_client::{HttpTransport, Request, fake::FakeAnswer, fake::FakeTransport};
use codex_core::{RecordError, Recorder, RecordingOptions};
use codex_sim::{RecordingError, Scenario};
use http::Method;

fn request() -> Request {
    Request::new(Method::GET, "https://service.test/v1/models".parse().unwrap())
}

#[test]
fn only_recordings_and_empty_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ndjson");
    for _ in 0..2 {
        let summary = Recorder::create(&path).unwrap().finish().unwrap();
        assert_eq!((summary.exchanges, summary.bytes), (0, fs::metadata(&path).unwrap().len()));
        assert!(Scenario::replay_file(&path).is_ok());
    }
    fs::write(&path, "").unwrap();
    drop(Recorder::create(&path).unwrap());
    assert!(fs::read_to_string(&path).unwrap().ends_with("\"kind\":\"finished\",\"at_ms\":0}\n"));

    let notes = folder.path().join("notes.txt");
    fs::write(&notes, "do not lose this").unwrap();
    let refused = Recorder::create(&notes).unwrap_err();
    assert!(matches!(refused, RecordError::NotARecording { .. }), "{refused}");
    assert_eq!(fs::read_to_string(&notes).unwrap(), "do not lose this");
    assert!(matches!(Scenario::replay_file(&notes), Err(RecordingError::Foreign)));
    let nowhere = folder.path().join("no/such/folder");
    assert!(matches!(Recorder::create(nowhere), Err(RecordError::Open { .. })));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ndjson");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    drop(Recorder::create(&path).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Every write to this device fails as on a full disk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_once_and_harms_no_request() {
    let refused = Recorder::create("/dev/full");
    assert!(matches!(refused, Err(RecordError::Write { .. })), "{refused:?}");
}

#[tokio::test]
async fn after_the_end_requests_go_on_unrecorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.ndjson");
    let recorder = Recorder::with_options(&path, &RecordingOptions::default()).unwrap();
    let fake = FakeTransport::new([FakeAnswer::ok().body("one"), FakeAnswer::ok().body("two")]);
    let transport = recorder.http(Arc::new(fake));
    let open = transport.send(request()).await.unwrap();
    let summary = recorder.finish().unwrap();
    assert_eq!(summary.exchanges, 1);
    let written = fs::read(&path).unwrap();
    assert_eq!(open.body.collect(10).await.unwrap().bytes, "one");
    assert_eq!(transport.send(request()).await.unwrap().body.collect(10).await.unwrap().bytes, "two");
    drop(transport);
    assert_eq!(fs::read(&path).unwrap(), written);
}
