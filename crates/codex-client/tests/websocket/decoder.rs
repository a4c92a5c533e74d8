//! Pure function: every rule of RFC 6455 about what a server may send.

use bytes::Bytes;
use codex_client::{
    CloseCode, PeerMisbehaved, WebSocketDecoder, WebSocketError, WebSocketIncoming, WebSocketLimit,
    WebSocketLimits, WebSocketMessage, WebSocketRole,
};

use crate::wire::{
    BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, RSV1, TEXT, binary, decode, decoder, drain, frame, text,
};

#[test]
fn messages_of_each_length() {
    for length in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
        let payload = "x".repeat(length);
        let (found, error) = decode(&frame(FIN | TEXT, payload.as_bytes()));
        assert_eq!((found, error), (vec![text(&payload)], None));
        let (found, error) = decode(&frame(FIN | BINARY, payload.as_bytes()));
        assert_eq!((found, error), (vec![binary(payload.as_bytes())], None));
    }
}

#[test]
fn fragments_with_control_frames_between() {
    let bytes = [
        frame(TEXT, b"one "),
        frame(FIN | PING, b"p"),
        frame(CONTINUATION, b""),
        frame(CONTINUATION, b"two \xE2\x82"),
        frame(FIN | PONG, b""),
        frame(FIN | CONTINUATION, b"\xAC three"),
        frame(BINARY, b"\xFF"),
        frame(FIN | CONTINUATION, b"\xFE"),
    ]
    .concat();
    let (found, error) = decode(&bytes);
    let expected = vec![
        WebSocketIncoming::Ping(Bytes::from_static(b"p")),
        WebSocketIncoming::Pong(Bytes::new()),
        text("one two € three"),
        binary(b"\xFF\xFE"),
    ];
    assert_eq!((found, error), (expected, None));
}

#[test]
fn what_a_server_must_not_send() {
    use PeerMisbehaved as Fault;
    let long_close = frame(FIN | CLOSE, &[b'x'; 126]);
    let cases: &[(&[u8], Fault)] = &[
        (&[FIN | 0x20 | TEXT, 0], Fault::ReservedBits),
        (&[FIN | 0x10 | TEXT, 0], Fault::ReservedBits),
        (&[FIN | RSV1 | TEXT, 0], Fault::ReservedBits),
        (&[FIN | RSV1 | PING, 0], Fault::ReservedBits),
        (&[FIN | 3, 0], Fault::ReservedOpcode(3)),
        (&[FIN | 7, 0], Fault::ReservedOpcode(7)),
        (&[FIN | 11, 0], Fault::ReservedOpcode(11)),
        (&[FIN | 15, 0], Fault::ReservedOpcode(15)),
        (&[PING, 0], Fault::FragmentedControlFrame),
        (&[CLOSE, 0], Fault::FragmentedControlFrame),
        (&long_close, Fault::LongControlFrame),
        (&[FIN | PING, 127], Fault::LongControlFrame),
        (&[FIN | TEXT, 126, 0, 125], Fault::LengthNotMinimal),
        (&[FIN | TEXT, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], Fault::LengthNotMinimal),
        (&[FIN | TEXT, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], Fault::LengthTooGreat),
        (&[FIN | TEXT, 0x80, 1, 2, 3, 4], Fault::MaskedFrame),
        (&[FIN | CONTINUATION, 0], Fault::NothingToContinue),
        (&[TEXT, 0, FIN | TEXT, 0], Fault::InterleavedMessage),
        (&[TEXT, 0, FIN | BINARY, 0], Fault::InterleavedMessage),
        (&[FIN | CLOSE, 1, 3], Fault::CloseTooShort),
        (&[FIN | CLOSE, 3, 0x03, 0xE8, 0xFF], Fault::CloseReasonNotUtf8),
    ];
    for (bytes, fault) in cases {
        let (found, error) = decode(bytes);
        assert_eq!((found, error), (vec![], Some(WebSocketError::PeerMisbehaved(*fault))), "{bytes:?}");
    }
}

#[test]
fn a_client_must_mask() {
    let limits = WebSocketLimits::default();
    let mut server = WebSocketDecoder::new(WebSocketRole::Server, limits, None);
    server.push(Bytes::from(frame(FIN | TEXT, b"Hello")));
    let fault = WebSocketError::PeerMisbehaved(PeerMisbehaved::UnmaskedFrame);
    assert_eq!(drain(&mut server), (vec![], Some(fault)));

    // RFC 6455, section 5.7.
    let masked = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58];
    let mut server = WebSocketDecoder::new(WebSocketRole::Server, limits, None);
    server.push(Bytes::copy_from_slice(&masked));
    assert_eq!(drain(&mut server), (vec![text("Hello")], None));
}

#[test]
fn reserved_bits_and_opcodes_are_found_before_the_rest_of_the_header() {
    let mut decoder = decoder(None);
    decoder.push(Bytes::from_static(&[FIN | 3, 126]));
    let fault = WebSocketError::PeerMisbehaved(PeerMisbehaved::ReservedOpcode(3));
    assert_eq!(decoder.next(), Err(fault));
}

#[test]
fn bad_text_is_found_before_the_frame_is_whole() {
    // A surrogate, an overlong form, a byte that never occurs, one past U+10FFFF.
    for bad in [&b"\xED\xA0"[..], b"\xC0", b"\xFF", b"\xF4\x90"] {
        for before in ["", "good ", "€"] {
            let payload = [before.as_bytes(), bad].concat();
            let mut bytes = frame(TEXT, &[b'x'; 100]);
            bytes.truncate(2);
            bytes.extend(payload);
            let (found, error) = decode(&bytes);
            let fault = WebSocketError::PeerMisbehaved(PeerMisbehaved::TextNotUtf8);
            assert_eq!((found, error), (vec![], Some(fault)), "{bad:?} after {before:?}");
        }
    }
}

#[test]
fn text_must_not_end_within_a_character() {
    for bytes in [
        frame(FIN | TEXT, b"\xE2\x82"),
        [frame(TEXT, b"\xF0\x9F"), frame(FIN | CONTINUATION, b"\x98")].concat(),
    ] {
        let fault = WebSocketError::PeerMisbehaved(PeerMisbehaved::TextNotUtf8);
        assert_eq!(decode(&bytes).1, Some(fault));
    }
}

#[test]
fn an_error_is_final_and_what_came_before_it_is_kept() {
    let mut decoder = decoder(None);
    decoder.push(Bytes::from([frame(FIN | TEXT, b"good"), frame(FIN | 3, b"")].concat()));
    let (found, error) = drain(&mut decoder);
    assert_eq!(found, [text("good")]);
    decoder.push(Bytes::from(frame(FIN | TEXT, b"more")));
    assert_eq!(drain(&mut decoder), (vec![], error));
}

#[test]
fn a_text_in_one_chunk_is_not_copied() {
    let chunk = Bytes::from([frame(FIN | TEXT, b"first"), frame(FIN | TEXT, b"second")].concat());
    let mut decoder = decoder(None);
    decoder.push(chunk.clone());
    for offset in [2, 2 + 5 + 2] {
        let Ok(Some(WebSocketIncoming::Message(WebSocketMessage::Text(text)))) = decoder.next() else {
            panic!("no text")
        };
        assert_eq!(text.as_str().as_ptr(), chunk[offset..].as_ptr());
    }
    assert!(!decoder.is_within_message());
}

#[test]
fn limits_on_frames_and_messages() {
    let limits = WebSocketLimits { max_frame_bytes: 10, max_message_bytes: 15, ..WebSocketLimits::default() };
    let too_large = |what, limit, size| Some(WebSocketError::TooLarge { what, limit, size });
    let frames = |lengths: &[usize]| {
        let mut opcode = TEXT;
        let mut bytes = Vec::new();
        for &length in lengths {
            bytes.extend(frame(opcode, &vec![b'x'; length]));
            opcode = CONTINUATION;
        }
        bytes
    };
    for (lengths, expected) in [
        (&[10][..], None),
        (&[11], too_large(WebSocketLimit::Frame, 10, 11)),
        (&[10, 5], None),
        (&[10, 6], too_large(WebSocketLimit::Message, 15, 16)),
    ] {
        let mut decoder = WebSocketDecoder::new(WebSocketRole::Client, limits, None);
        decoder.push(Bytes::from(frames(lengths)));
        assert_eq!(drain(&mut decoder).1, expected, "{lengths:?}");
    }
    let limits = WebSocketLimits { max_message_bytes: 5, ..WebSocketLimits::default() };
    let mut decoder = WebSocketDecoder::new(WebSocketRole::Client, limits, None);
    decoder.push(Bytes::from(frame(FIN | TEXT, b"sixsix")));
    let error = decoder.next().unwrap_err();
    assert_eq!(Some(&error), too_large(WebSocketLimit::Message, 5, 6).as_ref());
    assert_eq!(
        error.to_string(),
        "a received WebSocket message has 6 bytes or more, the limit is 5; raise WebSocketLimits::max_message_bytes"
    );
}

#[test]
fn a_length_alone_costs_no_memory() {
    // The header of a frame as long as the limit allows, and nothing of it: were it set aside, this would be
    // 64 GiB over all.
    let decoders: Vec<_> = (0..1024)
        .map(|_| {
            let mut decoder = decoder(None);
            let mut header = vec![TEXT, 127];
            header.extend((WebSocketLimits::DEFAULT_MAX_BYTES as u64).to_be_bytes());
            decoder.push(Bytes::from(header));
            assert_eq!(decoder.next(), Ok(None));
            decoder
        })
        .collect();
    assert!(decoders.iter().all(WebSocketDecoder::is_within_message));
}

#[test]
fn the_first_close_carries_code_and_reason() {
    let (found, error) = decode(&frame(FIN | CLOSE, b"\x03\xF3restarting"));
    let [WebSocketIncoming::Message(WebSocketMessage::Close(close))] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((close.code, close.reason.as_str()), (CloseCode::INTERNAL_ERROR, "restarting"));
    assert_eq!(error, None);
    assert!(!format!("{close:?}").contains("restarting"), "the server's words stay out of logs");
}
