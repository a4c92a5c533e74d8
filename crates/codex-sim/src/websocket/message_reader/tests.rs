// Ladder: pure function.
use super::*;
use crate::websocket::deflate::DeflateParameters;
use proptest::prelude::*;

const LIMIT: usize = 1_000;

/// A masked frame of a client; the mask is all zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..=125 => bytes.push(0x80 | length as u8),
        length => {
            bytes.push(0xFE);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

async fn read(bytes: Vec<u8>, inflater: Option<Inflater>) -> Vec<Result<Incoming, Violation>> {
    let mut reader = MessageReader::new(Box::new(std::io::Cursor::new(bytes)), inflater, LIMIT);
    let mut all = Vec::new();
    loop {
        let next = reader.next().await;
        let done = next.is_err() || next == Ok(Incoming::End);
        all.push(next);
        if done {
            return all;
        }
    }
}

fn text(text: &str) -> Result<Incoming, Violation> {
    Ok(Incoming::Text(text.to_owned()))
}

#[tokio::test]
async fn messages_are_put_together() {
    let bytes =
        [frame(0x01, b"Hel"), frame(0x89, b"?"), frame(0x00, b""), frame(0x80, b"lo"), frame(0x82, b"\xFF")];
    let expected =
        [Ok(Incoming::Ping(b"?".to_vec())), text("Hello"), Ok(Incoming::Binary), Ok(Incoming::End)];
    assert_eq!(read(bytes.concat(), None).await, expected);
}

#[tokio::test]
async fn compressed_messages_are_inflated() {
    let agreed = DeflateParameters::negotiate("permessage-deflate").unwrap();
    let payload = agreed.deflater().payload(b"Hello").unwrap();
    let (first, second) = payload.split_at(3);
    let bytes = [frame(0x41, first), frame(0x80, second), frame(0x81, b"plain")].concat();
    let expected = [text("Hello"), text("plain"), Ok(Incoming::End)];
    assert_eq!(read(bytes, Some(agreed.inflater())).await, expected);
}

#[tokio::test]
async fn violations_are_named() {
    let cases = [
        (frame(0x80, b"x"), Violation::UnexpectedContinuation),
        ([frame(0x01, b"x"), frame(0x81, b"y")].concat(), Violation::UnfinishedMessage),
        (frame(0xC1, b"x"), Violation::ReservedBit),
        (frame(0x81, b"\xC3"), Violation::NotUtf8),
        (frame(0x81, &[b'x'; LIMIT + 1]), Violation::TooLarge),
        ([frame(0x01, &[b'x'; LIMIT]), frame(0x80, b"y")].concat(), Violation::TooLarge),
        (frame(0x88, b"x"), Violation::BadClose),
        (frame(0x88, &1005_u16.to_be_bytes()), Violation::BadClose),
        (frame(0x88, b"\x03\xE8\xFF"), Violation::NotUtf8),
    ];
    for (bytes, violation) in cases {
        assert_eq!(read(bytes, None).await.pop(), Some(Err(violation)));
    }
}

proptest! {
    #[test]
    fn any_bytes_end_in_a_message_or_a_violation(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let agreed = DeflateParameters::negotiate("permessage-deflate").unwrap();
        prop_assert!(!runtime.block_on(read(bytes, Some(agreed.inflater()))).is_empty());
    }
}

#[tokio::test]
async fn closes_carry_their_code() {
    let cases =
        [(vec![], None), (1000_u16.to_be_bytes().to_vec(), Some(1000)), (b"\x0F\xA0x".to_vec(), Some(4000))];
    for (payload, code) in cases {
        assert_eq!(read(frame(0x88, &payload), None).await[0], Ok(Incoming::Close(code)));
    }
}
