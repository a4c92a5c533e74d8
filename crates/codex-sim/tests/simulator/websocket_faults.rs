//! Ladder: simulator. Faults of a WebSocket, and those of a stream on one.

use std::time::Duration;

use codex_sim::{
    Cut, Dialect, Drip, Faults, HeadFault, Insert, Position, RawStream, Reply, Rule, Scenario, Simulator,
    Stall, StreamFailure, WebSocketOptions, Writes,
};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use crate::http::Request;
use crate::socket::{Ended, Socket, create, kinds, output_text};

async fn faulty(faults: Faults) -> (Simulator, Socket) {
    let scenario = Scenario::new().rule(Rule::reply(Reply::text("one two three")).faults(faults));
    let simulator = Simulator::start(scenario).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    socket.send(&create("hello")).await;
    (simulator, socket)
}

#[tokio::test]
async fn connections_are_cut() {
    let cases = [
        (Position::Events(3), Cut::Drop, 3, Ended::Dropped),
        (Position::Events(3), Cut::Reset, 3, Ended::Reset),
        (Position::Events(3), Cut::Clean, 3, Ended::Closed(Some(1000))),
        (Position::Events(1), Cut::Close(1011), 1, Ended::Closed(Some(1011))),
        (Position::Events(0), Cut::Close(1008), 0, Ended::Closed(Some(1008))),
        (Position::Events(0), Cut::Close(1005), 0, Ended::Closed(None)),
        (Position::Bytes(100), Cut::Drop, 0, Ended::Dropped),
        (Position::Events(999), Cut::Close(4000), 11, Ended::Closed(Some(4000))),
    ];
    for (after, how, events, end) in cases {
        let (_simulator, mut socket) = faulty(Faults::new().cut(after, how)).await;
        for _ in 0..events {
            socket.next().await;
        }
        assert_eq!(socket.ended().await, end, "{after:?} {how:?}");
    }
}

#[tokio::test]
async fn answers_are_withheld() {
    let (_simulator, mut socket) = faulty(Faults::new().head(HeadFault::Close)).await;
    assert_eq!(socket.ended().await, Ended::Dropped);
    for faults in [Faults::new().head(HeadFault::Never), Faults::new().stall(Position::Bytes(7))] {
        let (_simulator, mut socket) = faulty(faults).await;
        assert!(tokio::time::timeout(Duration::from_millis(30), socket.message()).await.is_err());
    }
    let (_simulator, mut socket) = faulty(Faults::new().hold_open()).await;
    socket.events().await;
    socket.send(&create("another")).await;
    assert!(tokio::time::timeout(Duration::from_millis(30), socket.message()).await.is_err());
}

#[tokio::test]
async fn a_pause_pings() {
    let stall = Stall::forever(Position::Events(1))
        .lasting(Duration::from_millis(9))
        .comment_every(Duration::from_millis(3));
    let (_simulator, mut socket) = faulty(Faults::new().pause(stall)).await;
    let mut pings = 0;
    let mut events = 0;
    while events < 11 {
        match socket.message().await.unwrap().unwrap() {
            Message::Ping(_) => pings += 1,
            Message::Text(_) => events += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pings, 3);
    let silent = Stall::forever(Position::Bytes(5)).lasting(Duration::from_millis(1));
    let (_simulator, mut socket) = faulty(Faults::new().pause(silent)).await;
    assert_eq!(output_text(&socket.events().await), "one two three");
}

#[tokio::test]
async fn messages_are_dripped_and_fragmented() {
    for faults in
        [Faults::new().drip(Drip::EventMs(1)), Faults::new().drip(Drip::Bytes { count: 900, ms: 1 })]
    {
        let (_simulator, mut socket) = faulty(faults).await;
        assert_eq!(output_text(&socket.events().await), "one two three");
    }
    let dialect = Dialect::openai().writes(Writes::Bytes(11));
    let scenario = Scenario::new().dialect(dialect).reply(Reply::text("one two three"));
    let simulator = Simulator::start(scenario).await.unwrap();
    let events = Socket::connect(&simulator).await.ask(&create("x")).await;
    assert_eq!(output_text(&events), "one two three");
}

#[tokio::test]
async fn things_are_inserted() {
    let faults = Faults::new()
        .insert(Insert::Keepalive { at: 0 })
        .insert(Insert::BadJson { at: 1 })
        .insert(Insert::Text { at: 1, text: "hm".into() })
        .insert(Insert::Comment { at: 1, text: "c".into() })
        .insert(Insert::Binary { at: 1, bytes: 3 })
        .insert(Insert::Ping { at: 1, count: 100 })
        .insert(Insert::Bom { at: 1 })
        .insert(Insert::Huge { at: 1, bytes: 200_000 });
    let (_simulator, mut socket) = faulty(faults).await;
    assert_eq!(socket.next().await, json!({"type": "keepalive", "sequence_number": 0}));
    assert_eq!(socket.next().await["type"], "response.created");
    let bad = "{\"type\":\"response.output_text.delta\",\"delta\":";
    let mut expected = vec![Message::text(bad), Message::text("hm"), Message::Ping(b"c".to_vec().into())];
    expected.push(Message::binary(vec![0; 3]));
    expected.extend(vec![Message::Ping(b"ping".to_vec().into()); 100]);
    expected.push(Message::text("\u{feff}"));
    for message in expected {
        assert_eq!(socket.message().await.unwrap().unwrap(), message);
    }
    let huge = socket.next().await;
    assert_eq!((huge["delta"].as_str().unwrap().len(), &huge["sequence_number"]), (200_000, &json!(2)));
    socket.events().await;

    let (_simulator, mut socket) = faulty(Faults::new().insert(Insert::BadUtf8 { at: 0 })).await;
    assert!(socket.message().await.unwrap().is_err(), "the client must refuse text that is no UTF-8");
}

#[tokio::test]
async fn responses_fail_under_way() {
    let failure = StreamFailure::new(2, "rate_limit_exceeded", "Please try again in 2s.");
    let (_simulator, mut socket) = faulty(Faults::new().fail(failure.clone())).await;
    let events = socket.events().await;
    assert_eq!(kinds(&events), ["response.created", "response.in_progress", "response.failed"]);
    let (_simulator, mut socket) = faulty(Faults::new().error(failure.clone().status(429))).await;
    let expected = json!({
        "type": "error",
        "sequence_number": 2,
        "status": 429,
        "error": {
            "type": "rate_limit_exceeded",
            "code": "rate_limit_exceeded",
            "message": "Please try again in 2s.",
            "param": null,
        },
    });
    assert_eq!(socket.events().await[2], expected);
    let (_simulator, mut socket) = faulty(Faults::new().error(failure)).await;
    assert!(socket.events().await[2].get("status").is_none());
}

#[tokio::test]
async fn recordings_are_sent_as_messages() {
    let sse = ": c\n\nevent: x\ndata: {\"type\":\"response.created\",\ndata: \"n\":1}\n\ndata: {\"type\":\"response.completed\"}\r\n\r\ndata: [DONE]\n\n";
    let given =
        RawStream::events(vec![json!({"type": "a.b", "x": 1}), json!("text"), json!({"type": "error"})]);
    let scenario = Scenario::new().rule(Rule::raw(RawStream::sse(sse)).once()).rule(given);
    let simulator = Simulator::start(scenario).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    let events = socket.ask(&create("x")).await;
    assert_eq!(events, [json!({"type": "response.created", "n": 1}), json!({"type": "response.completed"})]);
    socket.send(&create("x")).await;
    assert_eq!(socket.next().await, json!({"type": "a.b", "sequence_number": 0, "x": 1}));
    assert_eq!(socket.next().await, json!("text"));
}

#[tokio::test]
async fn clients_are_pinged_answered_and_held_to_the_protocol() {
    let options = WebSocketOptions::new().ping_every(Duration::from_millis(2)).message_limit(1_000);
    let simulator = Simulator::start(Scenario::new().websocket(options)).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    assert!(matches!(socket.message().await, Some(Ok(Message::Ping(_)))));
    socket.send_text(&"x".repeat(1_001)).await;
    assert_eq!(socket.ended().await, Ended::Closed(Some(1009)));
}

#[tokio::test]
async fn a_stop_closes_connections() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    let (end, ()) = tokio::join!(socket.ended(), simulator.shutdown());
    assert_eq!(end, Ended::Closed(Some(1001)));

    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let mut socket = Socket::connect(&simulator).await;
    drop(simulator);
    assert_eq!(socket.ended().await, Ended::Dropped);
}

#[tokio::test]
async fn messages_are_compressed_when_that_was_agreed_on() {
    let simulator = Simulator::start(Scenario::new()).await.unwrap();
    let handshake = Request::new("GET", "/v1/responses")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-extensions", "permessage-deflate; client_max_window_bits");
    let mut stream = handshake.open(&simulator).await;
    let mut received = Vec::new();
    while crate::http::parse(&received).is_none() {
        stream.read_buf(&mut received).await.unwrap();
    }
    let head = crate::http::parse(&received).unwrap();
    assert_eq!(
        (head.status, head.header("sec-websocket-accept")),
        (101, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
    );
    assert_eq!(head.header("sec-websocket-extensions"), Some("permessage-deflate"));
    assert!(head.body.is_empty());

    let mut deflate = Compress::new(Compression::fast(), false);
    let mut payload = Vec::with_capacity(1_000);
    deflate.compress_vec(create("hi").to_string().as_bytes(), &mut payload, FlushCompress::Sync).unwrap();
    payload.truncate(payload.len() - 4);
    // A masked, compressed text frame; the mask is all zeros.
    let mut frame = vec![0xC1, 0x80 | u8::try_from(payload.len()).unwrap(), 0, 0, 0, 0];
    frame.extend_from_slice(&payload);
    stream.write_all(&frame).await.unwrap();

    let mut answer = Vec::new();
    while answer.len() < 4 || answer.len() < 4 + usize::from(u16::from_be_bytes([answer[2], answer[3]])) {
        stream.read_buf(&mut answer).await.unwrap();
    }
    assert_eq!(answer[..2], [0xC1, 126], "a compressed message of more than 125 bytes");
    let mut event = Vec::with_capacity(10_000);
    let mut inflate = Decompress::new(false);
    let end = 4 + usize::from(u16::from_be_bytes([answer[2], answer[3]]));
    inflate.decompress_vec(&answer[4..end], &mut event, FlushDecompress::Sync).unwrap();
    assert!(String::from_utf8(event).unwrap().starts_with("{\"type\":\"response.created\""));
}
