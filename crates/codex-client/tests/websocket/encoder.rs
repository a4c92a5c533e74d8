//! Pure function: what goes out.

use bytes::BytesMut;
use codex_client::{
    CloseCode, CloseFrame, WebSocketDecoder, WebSocketEncoder, WebSocketError, WebSocketIncoming,
    WebSocketLimit, WebSocketLimits, WebSocketMessage, WebSocketRole,
};

use crate::wire::{FIN, TEXT, binary, drain, encode, frame, text};

fn client() -> WebSocketEncoder {
    WebSocketEncoder::new(WebSocketRole::Client, WebSocketLimits::default())
}

fn read_as_server(bytes: BytesMut) -> Vec<WebSocketIncoming> {
    let mut server = WebSocketDecoder::new(WebSocketRole::Server, WebSocketLimits::default(), None);
    server.push(bytes.freeze());
    let (found, error) = drain(&mut server);
    assert_eq!(error, None);
    found
}

#[test]
fn a_server_does_not_mask_and_lengths_are_minimal() {
    let mut server = WebSocketEncoder::new(WebSocketRole::Server, WebSocketLimits::default());
    for length in [0, 1, 125, 126, 65_535, 65_536] {
        let payload = "x".repeat(length);
        let bytes = encode(&mut server, |encoder, out| encoder.text(&payload, out));
        assert_eq!(bytes, frame(FIN | TEXT, payload.as_bytes())[..], "{length}");
    }
}

#[test]
fn a_client_masks_each_frame_with_a_key_of_its_own() {
    let mut client = client();
    let mut keys = std::collections::HashSet::new();
    for length in [0, 1, 3, 4, 15, 16, 17, 33, 126, 65_536] {
        let payload: String = (0..length).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
        for _ in 0..20 {
            let bytes = encode(&mut client, |encoder, out| encoder.text(&payload, out));
            assert_eq!(bytes[1] & 0x80, 0x80, "masked");
            let key = bytes.len() - length - 4;
            keys.insert(bytes[key..key + 4].to_vec());
            assert_eq!(read_as_server(bytes), [text(&payload)]);
        }
    }
    // 200 random keys of 32 bits: two equal ones are a matter of 1 in 200,000, three of nothing.
    assert!(keys.len() >= 198, "{}", keys.len());
}

#[test]
fn control_frames() {
    let mut client = client();
    let mut out = BytesMut::new();
    client.ping(b"one", &mut out).unwrap();
    client.pong(&[7; 125], &mut out).unwrap();
    client.binary(&[1, 2], &mut out).unwrap();
    let reason = "x".repeat(CloseFrame::MAX_REASON);
    let close = CloseFrame { code: CloseCode::NORMAL, reason: reason.into() };
    client.close(&close, &mut out).unwrap();
    let expected = [
        WebSocketIncoming::Ping(b"one"[..].into()),
        WebSocketIncoming::Pong(vec![7; 125].into()),
        binary(&[1, 2]),
        WebSocketIncoming::Message(WebSocketMessage::Close(close)),
    ];
    assert_eq!(read_as_server(out), expected);
}

#[test]
fn a_code_that_must_not_be_sent_is_left_out() {
    for code in [CloseCode::NO_STATUS, CloseCode::ABNORMAL, CloseCode::TLS] {
        let frame = CloseFrame { code, reason: "reason".into() };
        let found = read_as_server(encode(&mut client(), |encoder, out| encoder.close(&frame, out)));
        let [WebSocketIncoming::Message(WebSocketMessage::Close(close))] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((close.code, close.reason.as_str()), (CloseCode::NO_STATUS, ""));
    }
}

#[test]
fn what_is_too_long_is_refused_and_adds_nothing() {
    let limits = WebSocketLimits { max_send_bytes: 5, ..WebSocketLimits::default() };
    let mut encoder = WebSocketEncoder::new(WebSocketRole::Client, limits);
    let mut out = BytesMut::new();
    let too_large = WebSocketError::TooLarge { what: WebSocketLimit::Send, limit: 5, size: 6 };
    assert_eq!(encoder.text("sixsix", &mut out), Err(too_large.clone()));
    assert_eq!(encoder.binary(b"sixsix", &mut out), Err(too_large));
    let long = WebSocketError::LongControlPayload { limit: 125, size: 126 };
    assert_eq!(encoder.ping(&[0; 126], &mut out), Err(long.clone()));
    assert_eq!(encoder.pong(&[0; 126], &mut out), Err(long));
    let close = CloseFrame { code: CloseCode::NORMAL, reason: "x".repeat(124).into() };
    let long = WebSocketError::LongControlPayload { limit: 123, size: 124 };
    assert_eq!(encoder.close(&close, &mut out), Err(long));
    assert!(out.is_empty());
    encoder.text("five!", &mut out).unwrap();
}
