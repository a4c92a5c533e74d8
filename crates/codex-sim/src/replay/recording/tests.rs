//! Ladder: pure function. What is read of a recording, and what is said of one that is damaged.
use super::*;

const HEADER: &str =
    r#"{"format":"codex-api recording","version":1,"recorded_at":"2026-01-02T03:04:05Z","texts":"kept"}"#;
const REQUEST: &str = r#"{"kind":"request","exchange":1,"at_ms":1,"carrier":"http","method":"POST","origin":"https://x","path":"/v1/responses","headers":[],"body":{"json":{"a":1}},"body_bytes":7}"#;
const HEAD: &str = r#"{"kind":"head","exchange":1,"at_ms":2,"status":200,"http":"HTTP/1.1","headers":[["a","b"],["a",{"base64":"/w=="}],["c","[REDACTED token 3]"]]}"#;
const CHUNK: &str = r#"{"kind":"chunk","exchange":1,"at_ms":3,"data":{"text":"x [REDACTED token 2]"}}"#;
const END: &str = r#"{"kind":"end","exchange":1,"at_ms":4,"how":"clean"}"#;
const FINISHED: &str = r#"{"kind":"finished","at_ms":5}"#;

fn lines(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}

#[test]
fn a_recording_is_read() {
    let recording = Recording::read(&lines(&[HEADER, REQUEST, HEAD, CHUNK, "", END, FINISHED])).unwrap();
    assert_eq!(recording.state, RecordingState::Whole);
    assert!(recording.recorded_at.is_some());
    let [exchange] = recording.exchanges.as_slice() else { panic!("one exchange") };
    assert_eq!(exchange.about.to_string(), "exchange 1: POST /v1/responses, answered with 200");
    assert_eq!(exchange.end, Some(How::Clean));
    let head = exchange.head.as_ref().unwrap();
    let values: Vec<_> = head.headers.get_all("a").iter().map(|value| value.as_bytes()).collect();
    assert_eq!(values, [b"b".as_slice(), b"\xFF"]);
    assert_eq!(head.headers["c"], "[REDACTED-token-3]");
    assert_eq!(exchange.chunks, [(Duration::from_millis(3), Bytes::from_static(b"x [REDACTED-token-2]"))]);
}

#[test]
fn a_recording_without_its_end_is_read_as_far_as_it_goes() {
    let recording = Recording::read(&lines(&[HEADER, REQUEST, HEAD])).unwrap();
    assert_eq!((recording.state, recording.exchanges[0].end), (RecordingState::Unfinished, None));
    let cut = r#"{"kind":"cut","at_ms":9,"limit":"file","limit_bytes":1000}"#;
    assert_eq!(Recording::read(&lines(&[HEADER, REQUEST, cut])).unwrap().state, RecordingState::Cut);
}

#[test]
fn what_is_damaged_is_named_with_its_line() {
    let newer = HEADER.replace(":1,", ":2,");
    let cases: [(&[&str], &str); 17] = [
        (&[], "the recording is empty"),
        (&["not JSON"], "this is no recording: line 1 does not say so; make one with `--record`"),
        (
            &[r#"{"format":"har","version":1}"#],
            "this is no recording: line 1 does not say so; make one with `--record`",
        ),
        (&[&newer], "the recording has version 2, and this program knows version 1: update it"),
        (&[HEADER, "{]"], "line 2 of the recording is damaged: it is not JSON"),
        (&[HEADER, "[]"], "line 2 of the recording is damaged: a field is missing or wrong"),
        (&[HEADER, r#"{"kind":"smell"}"#], "line 2 of the recording is damaged: a field is missing or wrong"),
        (&[HEADER, HEAD], "line 2 of the recording is damaged: exchange 1 has not begun"),
        (&[HEADER, REQUEST, REQUEST], "line 3 of the recording is damaged: exchange 1 began before"),
        (&[HEADER, REQUEST, END, CHUNK], "line 4 of the recording is damaged: exchange 1 ended before"),
        (&[HEADER, FINISHED, REQUEST], "line 3 of the recording is damaged: the recording ended before"),
        (
            &[HEADER, REQUEST, &HEAD.replace("200", "99")],
            "line 3 of the recording is damaged: 99 is no HTTP status",
        ),
        (
            &[HEADER, REQUEST, &HEAD.replace("\"b\"", "\"b\\n\"")],
            "line 3 of the recording is damaged: \"a\" is not a header that can be sent, or its value is not",
        ),
        (
            &[HEADER, REQUEST, &CHUNK.replace("text", "base64")],
            "line 3 of the recording is damaged: its bytes are not in base64",
        ),
        (
            &[HEADER, REQUEST, r#"{"kind":"chunk","exchange":1,"at_ms":3,"data":{"omitted":99999999}}"#],
            "line 3 of the recording is damaged: 99999999 bytes were left out, more than the 67108864 that are made up",
        ),
        (
            &[HEADER, REQUEST, &CHUNK.replace("3,", "-3,")],
            "line 3 of the recording is damaged: a field is missing or wrong",
        ),
        (
            &[HEADER, REQUEST, &END.replace("clean", "odd")],
            "line 3 of the recording is damaged: a field is missing or wrong",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Recording::read(&lines(text)).unwrap_err().to_string(), expected, "{text:?}");
    }
}

#[test]
fn every_cut_of_a_recording_is_a_recording_or_an_error_that_names_its_last_line() {
    let text = lines(&[HEADER, REQUEST, HEAD, CHUNK, END, FINISHED]);
    for at in 0..text.len() {
        let cut = &text[..at];
        let last = cut.lines().count();
        match Recording::read(cut) {
            Ok(recording) => assert!(recording.state == RecordingState::Unfinished || last == 6),
            Err(RecordingError::Truncated { line }) => assert_eq!(line, last),
            Err(RecordingError::Empty | RecordingError::Foreign) => assert!(last <= 1),
            Err(error) => panic!("{error} at {at}"),
        }
    }
}

#[test]
fn a_file_that_is_no_text_is_named_with_its_line() {
    let folder = std::env::temp_dir().join(format!("codex-sim-recording-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("bad.ndjson");
    let mut bytes = lines(&[HEADER, REQUEST]).into_bytes();
    bytes.extend_from_slice(b"{\"kind\":\"\xFF\"}\n");
    std::fs::write(&path, bytes).unwrap();
    let damaged = Recording::load(&path).unwrap_err();
    std::fs::write(&path, b"\xFF\xFE").unwrap();
    let foreign = Recording::load(&path).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(damaged.to_string(), "line 3 of the recording is damaged: it is not UTF-8");
    assert!(matches!(foreign, RecordingError::Foreign));
    assert!(matches!(Recording::load(&path), Err(RecordingError::File { .. })));
}

#[test]
fn a_file_that_is_too_long_is_not_read() {
    let path = std::env::temp_dir().join(format!("codex-sim-long-recording-{}", std::process::id()));
    let file = std::fs::File::create(&path).unwrap();
    // Takes no room: nothing is written.
    file.set_len(MAX_RECORDING_BYTES + 1).unwrap();
    let error = Recording::load(&path).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(error, RecordingError::TooLong { limit: MAX_RECORDING_BYTES }), "{error}");
}
