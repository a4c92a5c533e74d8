//! Ladder: pure function. How a recorded answer is played.
use super::*;
use crate::replay::recording::Recording;

/// An exchange with this head, these chunks and this end.
fn exchange(head: &str, chunks: &[(u64, &str)], how: &str) -> PlayedExchange {
    let mut text = r#"{"format":"codex-api recording","version":1}
{"kind":"request","exchange":1,"at_ms":0,"carrier":"http","method":"GET","path":"/"}
"#
    .to_owned();
    text.push_str(&format!(
        "{{\"kind\":\"head\",\"exchange\":1,\"at_ms\":100,\"status\":200,\"headers\":[{head}]}}\n"
    ));
    for (at, chunk) in chunks {
        let data = serde_json::json!({"kind":"chunk","exchange":1,"at_ms":at,"data":{"text":chunk}});
        text.push_str(&format!("{data}\n"));
    }
    text.push_str(&format!("{{\"kind\":\"end\",\"exchange\":1,\"at_ms\":999,\"how\":\"{how}\"}}\n"));
    Recording::read(&text).unwrap().exchanges.remove(0)
}

fn played(exchange: &PlayedExchange) -> (Option<String>, usize) {
    let ending = Ending::of(exchange, RecordingState::Whole);
    let (script, _) = body(exchange, ending, ReplaySpeed::FASTEST);
    let clock = Clock { recorded_at: None, now: Timestamp::UNIX_EPOCH };
    let headers = headers(exchange.head.as_ref().unwrap(), ending, script.bytes.len(), &clock);
    (headers.get(CONTENT_LENGTH).map(|value| value.to_str().unwrap().to_owned()), script.bytes.len())
}

#[test]
fn the_told_length_fits_the_end() {
    let told = r#"["content-length","10"]"#;
    let cases = [
        ("", "clean", None),
        (told, "clean", Some("3")),
        (told, "cut", Some("10")),
        (told, "abandoned", Some("10")),
        (r#"["content-length","2"]"#, "cut", Some("4")),
        (r#"["content-length","3"]"#, "abandoned", Some("3")),
    ];
    for (head, how, expected) in cases {
        let (length, bytes) = played(&exchange(head, &[(200, "abc")], how));
        assert_eq!((length.as_deref(), bytes), (expected, 3), "{head} {how}");
    }
}

#[test]
fn pauses_are_scaled_and_chunks_stay() {
    let exchange = exchange("", &[(150, "ab"), (150, "c"), (350, "d")], "reset");
    let ending = Ending::of(&exchange, RecordingState::Whole);
    assert_eq!(ending, Ending::Cut(Cut::Reset));
    let stalls = |speed| {
        let (script, pace) = body(&exchange, ending, speed);
        assert_eq!(script.ends, [2, 3, 4]);
        let stops = pace.stops.iter().map(|(at, stop)| match stop {
            Stop::Stall(stall) => (*at, stall.duration.map_or(0, |pause| pause.as_millis())),
            Stop::Cut(_) => (*at, 999),
        });
        stops.collect::<Vec<_>>()
    };
    assert_eq!(stalls(ReplaySpeed::FASTEST), [(4, 999)]);
    assert_eq!(stalls(ReplaySpeed::AS_RECORDED), [(0, 50), (3, 200), (4, 999)]);
    assert_eq!(stalls(ReplaySpeed::times(2.0).unwrap()), [(0, 25), (3, 100), (4, 999)]);
}

#[test]
fn the_clock_of_the_server_stays_as_wrong_as_it_was() {
    let recorded_at: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let now: Timestamp = "2027-01-02T03:04:05Z".parse().unwrap();
    let clock = Clock { recorded_at: Some(recorded_at), now };
    // An hour ahead when it was recorded; the answer came 5 s after the recording began.
    let shifted = clock.shift("Fri, 02 Jan 2026 04:04:10 GMT", Duration::from_secs(5));
    assert_eq!(shifted.as_deref(), Some("Sat, 02 Jan 2027 04:04:05 GMT"));
    assert_eq!(clock.shift("120", Duration::ZERO), None);
}

#[test]
fn headers_of_the_old_connection_are_not_played() {
    let head = r#"["connection","close"],["transfer-encoding","chunked"],["x-request-id","r"]"#;
    let exchange = exchange(head, &[], "clean");
    let clock = Clock { recorded_at: None, now: Timestamp::UNIX_EPOCH };
    let headers = headers(exchange.head.as_ref().unwrap(), Ending::Clean, 0, &clock);
    assert_eq!(headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["x-request-id"]);
}
