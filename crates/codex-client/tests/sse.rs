//! Pure functions: the decoder of server-sent events under every chunking.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use base64::Engine as _;
use bytes::Bytes;
use codex_client::{SseDecoder, SseError, SseLimit, SseLimits};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    chunks_b64: Vec<String>,
    expected: Vec<Event>,
    final_last_event_id: String,
    retry_updates: Vec<u64>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Event {
    event: String,
    data: String,
    id: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Decoded {
    events: Vec<Event>,
    last_event_id: String,
    retry_ms: Option<u64>,
}

impl Case {
    fn chunks(&self) -> Vec<Bytes> {
        let decode = |chunk| base64::engine::general_purpose::STANDARD.decode(chunk).unwrap().into();
        self.chunks_b64.iter().map(decode).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        self.chunks().concat()
    }

    fn expected(&self) -> Decoded {
        Decoded {
            events: self.expected.clone(),
            last_event_id: self.final_last_event_id.clone(),
            retry_ms: self.retry_updates.last().copied(),
        }
    }
}

fn cases() -> Vec<Case> {
    let cases: Vec<Case> = serde_json::from_str(include_str!("fixtures/sse_cases.json")).unwrap();
    assert_eq!(cases.len(), 66);
    cases
}

fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    let mut decoder = SseDecoder::new(SseLimits::default());
    let mut decoded = Decoded::default();
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        take_all(&mut decoder, &mut decoded.events);
    }
    decoder.finish();
    take_all(&mut decoder, &mut decoded.events);
    decoded.last_event_id = decoder.last_event_id().to_owned();
    decoded.retry_ms = decoder.reconnection_time().map(|time| time.as_millis().try_into().unwrap());
    decoded
}

fn take_all(decoder: &mut SseDecoder, events: &mut Vec<Event>) {
    while let Some(frame) = decoder.next().unwrap() {
        events.push(Event {
            event: frame.event.as_deref().unwrap_or("message").to_owned(),
            data: frame.data.into_string(),
            id: decoder.last_event_id().to_owned(),
        });
    }
}

fn random_cuts(bytes: &[u8], seed: u64) -> Vec<&[u8]> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut rest = bytes;
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(random.usize(0..=rest.len().min(9)));
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

#[test]
fn every_case_under_every_chunking() {
    for case in cases() {
        let (name, bytes, expected) = (&case.name, case.bytes(), case.expected());
        assert_eq!(decode(case.chunks().iter().map(|chunk| &chunk[..])), expected, "{name} as given");
        assert_eq!(decode([&bytes[..]]), expected, "{name} whole");
        assert_eq!(decode(bytes.chunks(1)), expected, "{name} byte by byte");
        for seed in 0..20 {
            assert_eq!(decode(random_cuts(&bytes, seed)), expected, "{name} random {seed}");
        }
        if bytes.len() <= 2_000 {
            for at in 0..=bytes.len() {
                let (left, right) = bytes.split_at(at);
                assert_eq!(decode([left, right]), expected, "{name} cut at {at}");
            }
        }
    }
}

#[test]
fn chunks_may_be_pushed_before_the_frames_are_taken() {
    for case in cases() {
        let mut decoder = SseDecoder::new(SseLimits::default());
        case.chunks().into_iter().for_each(|chunk| decoder.push(chunk));
        let mut events = Vec::new();
        take_all(&mut decoder, &mut events);
        assert_eq!(events, case.expected, "{}", case.name);
    }
}

#[test]
fn texts_are_slices_of_their_chunk() {
    let chunk = Bytes::from_static("event: delta\r\ndata: {\"ä\":1}\r\n\r\ndata:x\n\n".as_bytes());
    let within = |text: &str| chunk.as_ptr_range().contains(&text.as_ptr());
    let mut decoder = SseDecoder::new(SseLimits::default());
    decoder.push(chunk.clone());

    let frame = decoder.next().unwrap().unwrap();
    assert!(within(frame.event.as_ref().unwrap()) && within(&frame.data));
    let frame = decoder.next().unwrap().unwrap();
    assert!(frame.event.is_none() && within(&frame.data));
    assert!(!within(&frame.data.into_string()));
}

#[test]
fn a_used_chunk_is_let_go() {
    let chunk = Bytes::from(b"id: 7\nevent: x\ndata: y\n\n".to_vec());
    let mut decoder = SseDecoder::new(SseLimits::default());
    decoder.push(chunk.clone());
    let frame = decoder.next().unwrap();
    assert!(!chunk.is_unique());
    drop(frame);
    assert!(chunk.is_unique(), "the id must not keep it");
    assert_eq!(decoder.last_event_id(), "7");
}

#[test]
fn limits_do_not_depend_on_the_chunking() {
    let limits = SseLimits { max_line_bytes: 10, max_event_bytes: 8 };
    let table: [(&str, usize, Option<SseLimit>); 7] = [
        ("data:12345\n\n", 1, None),
        ("data:123456\n\n", 0, Some(SseLimit::Line)),
        (":2345678901", 0, Some(SseLimit::Line)),
        ("data:ok\n\n:234567890\n:2345678901\n", 1, Some(SseLimit::Line)),
        ("data:123\ndata:5678\n\n", 1, None),
        ("data:123\ndata:56789\n\n", 0, Some(SseLimit::Event)),
        ("data:a\n\ndata:1234\ndata\ndata\ndata\ndata\n\ndata\n\n", 3, None),
    ];
    for (text, frames, failure) in table {
        for size in [1, 3, text.len()] {
            let mut decoder = SseDecoder::new(limits);
            let mut seen = 0;
            let mut error = None;
            for chunk in text.as_bytes().chunks(size) {
                decoder.push(Bytes::copy_from_slice(chunk));
                loop {
                    match decoder.next() {
                        Ok(Some(_)) => seen += 1,
                        Ok(None) => break,
                        Err(found) => {
                            error = Some(found);
                            break;
                        }
                    }
                }
            }
            let expected = failure
                .map(|what| SseError::TooLarge { what, limit: if what == SseLimit::Line { 10 } else { 8 } });
            assert_eq!(error, expected, "{text:?} by {size}");
            assert_eq!(seen, frames, "{text:?} by {size}");
        }
    }
}

#[test]
fn a_failed_decoder_stays_failed_and_says_how_to_raise_the_limit() {
    let mut decoder = SseDecoder::new(SseLimits { max_line_bytes: 4, ..SseLimits::default() });
    decoder.push("data:1\n\ndata\n\n".into());
    let error = decoder.next().unwrap_err();
    assert_eq!(
        error.to_string(),
        "a line of the stream is longer than 4 bytes; raise SseLimits::max_line_bytes"
    );
    decoder.push("data\n\n".into());
    assert_eq!(decoder.next(), Err(error));
}

/// Bytes that look like event streams: fields, ends of lines, marks, bad UTF-8.
fn stream_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => proptest::sample::select(vec![
            &b"data"[..], b"data: ", b"event", b"event: x", b"id", b"id: 1", b"retry: 5", b":", b": ", b" ",
            b"\n", b"\n\n", b"\r", b"\r\n", b"\xEF\xBB\xBF", b"\xEF\xBB", b"\0", b"\xFF", b"\xC3", "ä€😀".as_bytes(),
        ])
        .prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_frames(bytes in stream_like(), seed in any::<u64>()) {
        let whole = decode([&bytes[..]]);
        prop_assert_eq!(&decode(bytes.chunks(1)), &whole);
        prop_assert_eq!(&decode(random_cuts(&bytes, seed)), &whole);
    }

    #[test]
    fn agrees_with_another_decoder(bytes in stream_like()) {
        let mut other = sse_parse::SseParser::new();
        other.feed(&bytes);
        let mut events = Vec::new();
        while let Some(event) = other.next_event() {
            events.push(Event { event: event.event, data: event.data, id: event.id });
        }
        prop_assert_eq!(decode([&bytes[..]]).events, events);
    }
}
