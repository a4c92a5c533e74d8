//! Pure function: compressed messages, by the examples of RFC 7692 and against another DEFLATE (miniz_oxide).

use bytes::{Bytes, BytesMut};
use codex_client::{
    DeflateParams, PeerMisbehaved, WebSocketDecoder, WebSocketEncoder, WebSocketError, WebSocketLimit,
    WebSocketLimits, WebSocketRole, WindowBits,
};
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush};

use crate::wire::{
    BINARY, CONTINUATION, FIN, PING, RSV1, TEXT, binary, decode_in, decoder, drain, encode, frame, text,
};

const PLAIN: Option<DeflateParams> = Some(DeflateParams {
    server_no_context_takeover: false,
    client_no_context_takeover: false,
    server_window: WindowBits::MAX,
    client_window: WindowBits::MAX,
});

fn server(params: DeflateParams, compress_from: usize) -> WebSocketEncoder {
    let limits = WebSocketLimits::default();
    WebSocketEncoder::with_deflate(WebSocketRole::Server, limits, params, compress_from)
}

/// Compresses as a server does, without our code.
fn packed_elsewhere(message: &[u8]) -> Vec<u8> {
    let mut packed = miniz_oxide::deflate::compress_to_vec(message, 6);
    // The last block is marked as such, so a byte of nothing follows (7.2.3.4).
    packed.push(0);
    packed
}

#[test]
fn the_examples_of_the_rfc() {
    let hello = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];
    let cases: [(&str, Vec<u8>); 5] = [
        ("7.2.3.1, one frame", frame(FIN | RSV1 | TEXT, &hello)),
        (
            "7.2.3.1, two frames",
            [frame(RSV1 | TEXT, &hello[..3]), frame(FIN | CONTINUATION, &hello[3..])].concat(),
        ),
        ("7.2.3.3, not compressed", frame(FIN | RSV1 | TEXT, b"\x00\x05\x00\xFA\xFFHello\x00")),
        (
            "7.2.3.4, the last block marked",
            frame(FIN | RSV1 | TEXT, &[0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00]),
        ),
        (
            "7.2.3.5, two blocks",
            frame(
                FIN | RSV1 | TEXT,
                &[0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
            ),
        ),
    ];
    for (name, bytes) in cases {
        for piece in [1, 3, bytes.len()] {
            let (found, error) = decode_in(&mut decoder(PLAIN), &bytes, piece);
            assert_eq!((found, error), (vec![text("Hello")], None), "{name}");
        }
    }
    // 7.2.3.2: the second message refers to the first.
    let twice =
        [frame(FIN | RSV1 | TEXT, &hello), frame(FIN | RSV1 | TEXT, b"\xF2\x00\x11\x00\x00")].concat();
    assert_eq!(decode_in(&mut decoder(PLAIN), &twice, 2), (vec![text("Hello"), text("Hello")], None));
    // 7.2.3.6: nothing.
    let nothing = frame(FIN | RSV1 | TEXT, &[0]);
    assert_eq!(decode_in(&mut decoder(PLAIN), &nothing, 1), (vec![text("")], None));
    // A marked last block without the byte after it, and a message after that.
    let bare = frame(FIN | RSV1 | TEXT, &[0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]);
    let bytes = [bare, frame(FIN | RSV1 | TEXT, &hello)].concat();
    assert_eq!(decode_in(&mut decoder(PLAIN), &bytes, 1), (vec![text("Hello"), text("Hello")], None));
}

#[test]
fn reserved_bits_under_the_extension() {
    let fault = Some(WebSocketError::PeerMisbehaved(PeerMisbehaved::ReservedBits));
    for bytes in [
        [frame(RSV1 | TEXT, b"\x00"), frame(FIN | RSV1 | CONTINUATION, b"")].concat(),
        frame(FIN | RSV1 | PING, b""),
        frame(FIN | RSV1 | 0x20 | TEXT, b""),
    ] {
        assert_eq!(decode_in(&mut decoder(PLAIN), &bytes, 100).1, fault);
    }
    let mixed =
        [frame(FIN | TEXT, b"plain"), frame(FIN | RSV1 | BINARY, b"\x00\x01\x00\xFE\xFF!\x00")].concat();
    assert_eq!(decode_in(&mut decoder(PLAIN), &mixed, 100), (vec![text("plain"), binary(b"!")], None));
}

#[test]
fn both_ways_with_and_without_memory_and_with_small_windows() {
    let messages: Vec<String> = (0..50).map(|at| format!("{{\"delta\":\"word {at}\"}}").repeat(at)).collect();
    for (no_takeover, bits) in [(false, 15), (true, 15), (false, 9), (true, 9), (false, 8)] {
        let params = DeflateParams {
            server_no_context_takeover: no_takeover,
            server_window: WindowBits::new(bits).unwrap(),
            ..DeflateParams::default()
        };
        let mut server = server(params, 0);
        let mut client = decoder(Some(params));
        for message in &messages {
            let bytes = encode(&mut server, |encoder, out| encoder.text(message, out));
            // Our compressor cannot keep to 256 bytes, and sends such messages as they are.
            assert_eq!(bytes[0] & RSV1 != 0, bits > 8 && !message.is_empty());
            client.push(bytes.freeze());
            assert_eq!(drain(&mut client), (vec![text(message)], None));
        }
    }
}

#[test]
fn what_we_compress_another_decompresses() {
    let mut server = server(DeflateParams::default(), 0);
    let mut state = InflateState::new_boxed(DataFormat::Raw);
    for length in [1_usize, 10, 1000, 20_000, 300_000] {
        let message: String = (0..length).map(|at| char::from(b'a' + (at * at % 23) as u8)).collect();
        let bytes = encode(&mut server, |encoder, out| encoder.text(&message, out));
        let header = match bytes[1] {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        let packed = [&bytes[header..], &[0, 0, 0xFF, 0xFF]].concat();
        let mut unpacked = vec![0; length + 1];
        let (mut read, mut written) = (0, 0);
        while read < packed.len() {
            let step = inflate(&mut state, &packed[read..], &mut unpacked[written..], MZFlush::Sync);
            step.status.unwrap();
            read += step.bytes_consumed;
            written += step.bytes_written;
        }
        assert_eq!(&unpacked[..written], message.as_bytes());
    }
}

#[test]
fn what_another_compresses_we_decompress() {
    let mut client = decoder(PLAIN);
    for length in [0_usize, 1, 1000, 16_384, 300_000] {
        let message: String = (0..length).map(|at| char::from(b'a' + (at * at % 23) as u8)).collect();
        let bytes = frame(FIN | RSV1 | TEXT, &packed_elsewhere(message.as_bytes()));
        assert_eq!(decode_in(&mut client, &bytes, 777), (vec![text(&message)], None), "{length}");
    }
}

#[test]
fn short_messages_are_sent_as_they_are() {
    let mut server = server(DeflateParams::default(), 100);
    for (length, compressed) in [(0, false), (99, false), (100, true)] {
        let bytes = encode(&mut server, |encoder, out| encoder.text(&"x".repeat(length), out));
        assert_eq!(bytes[0] & RSV1 != 0, compressed, "{length}");
    }
}

#[test]
fn a_bomb_is_stopped_at_the_limit() {
    // 20 MB of zeros in 20 kB.
    let packed = packed_elsewhere(&vec![0; 20_000_000]);
    assert!(packed.len() < 40_000);
    let limits = WebSocketLimits { max_message_bytes: 1_000_000, ..WebSocketLimits::default() };
    let mut client = WebSocketDecoder::new(WebSocketRole::Client, limits, PLAIN);
    client.push(Bytes::from(frame(FIN | RSV1 | BINARY, &packed)));
    let Err(WebSocketError::TooLarge { what: WebSocketLimit::Message, limit: 1_000_000, size }) =
        client.next()
    else {
        panic!("not stopped")
    };
    assert!(size < 1_000_000 + 16 * 1024 + 1, "stopped within one piece, at {size}");
}

#[test]
fn broken_data_is_an_error() {
    let fault = Some(WebSocketError::PeerMisbehaved(PeerMisbehaved::BadDeflate));
    for payload in [&b"\xFF\xFF\xFF\xFF"[..], b"\x06", b"\x00\x05\x00\x00\x00Hello"] {
        let bytes = frame(FIN | RSV1 | TEXT, payload);
        for piece in [1, 100] {
            assert_eq!(decode_in(&mut decoder(PLAIN), &bytes, piece).1, fault, "{payload:?}");
        }
    }
    // Well compressed, but not UTF-8.
    let bytes = frame(FIN | RSV1 | TEXT, &packed_elsewhere(b"abc\xFF"));
    let fault = WebSocketError::PeerMisbehaved(PeerMisbehaved::TextNotUtf8);
    assert_eq!(decode_in(&mut decoder(PLAIN), &bytes, 100).1, Some(fault));
}

#[test]
fn a_refused_message_leaves_the_compressor_as_it_was() {
    let limits = WebSocketLimits { max_send_bytes: 10, ..WebSocketLimits::default() };
    let params = DeflateParams::default();
    let mut server = WebSocketEncoder::with_deflate(WebSocketRole::Server, limits, params, 0);
    let mut out = BytesMut::new();
    server.text("first", &mut out).unwrap();
    server.text("much too long", &mut out).unwrap_err();
    server.text("first", &mut out).unwrap();
    let mut client = decoder(PLAIN);
    client.push(out.freeze());
    assert_eq!(drain(&mut client), (vec![text("first"), text("first")], None));
}
