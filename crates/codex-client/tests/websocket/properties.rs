//! Pure function: properties that hold for any messages, any fragments and any chunks.

use bytes::{Bytes, BytesMut};
use codex_client::{
    DeflateParams, WebSocketDecoder, WebSocketEncoder, WebSocketIncoming, WebSocketLimits, WebSocketRole,
    WindowBits,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::wire::{CONTINUATION, FIN, PING, TEXT, decode_in, decoder, drain, frame, text};

fn params() -> impl Strategy<Value = DeflateParams> {
    (any::<bool>(), any::<bool>(), 8_u8..=15, 8_u8..=15).prop_map(|(server, client, ours, theirs)| {
        DeflateParams {
            server_no_context_takeover: server,
            client_no_context_takeover: client,
            server_window: WindowBits::new(ours).unwrap_or(WindowBits::MAX),
            client_window: WindowBits::new(theirs).unwrap_or(WindowBits::MAX),
        }
    })
}

/// Cuts bytes into chunks of these lengths, over and over.
fn feed(decoder: &mut WebSocketDecoder, bytes: &[u8], lengths: &[usize]) -> Vec<WebSocketIncoming> {
    let mut lengths = lengths.iter().cycle();
    let mut rest = bytes;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.len().min(*lengths.next().unwrap()));
        rest = after;
        decoder.push(Bytes::copy_from_slice(chunk));
        let (more, error) = drain(decoder);
        assert_eq!(error, None);
        found.extend(more);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_one_side_sends_the_other_gets(
        messages in vec((any::<bool>(), ".{0,300}"), 0..8),
        deflate in proptest::option::of(params()),
        compress_from in 0_usize..200,
        lengths in vec(1_usize..400, 1..8),
        from_client in any::<bool>(),
    ) {
        let (from, to) = match from_client {
            true => (WebSocketRole::Client, WebSocketRole::Server),
            false => (WebSocketRole::Server, WebSocketRole::Client),
        };
        let limits = WebSocketLimits::default();
        let mut encoder = match deflate {
            Some(params) => WebSocketEncoder::with_deflate(from, limits, params, compress_from),
            None => WebSocketEncoder::new(from, limits),
        };
        let mut out = BytesMut::new();
        for (as_text, message) in &messages {
            match as_text {
                true => encoder.text(message, &mut out).unwrap(),
                false => encoder.binary(message.as_bytes(), &mut out).unwrap(),
            }
        }
        let expected: Vec<WebSocketIncoming> = messages
            .iter()
            .map(|(as_text, message)| match as_text {
                true => text(message),
                false => crate::wire::binary(message.as_bytes()),
            })
            .collect();
        let mut decoder = WebSocketDecoder::new(to, limits, deflate);
        prop_assert_eq!(feed(&mut decoder, &out, &lengths), expected);
        prop_assert!(!decoder.is_within_message());
    }

    #[test]
    fn fragments_and_pings_between_them_change_nothing(
        message in "\\PC{0,200}",
        cuts in vec(any::<prop::sample::Index>(), 0..6),
        lengths in vec(1_usize..50, 1..5),
    ) {
        let bytes = message.as_bytes();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut wire = Vec::new();
        let (mut opcode, mut start) = (TEXT, 0);
        for cut in cuts {
            wire.extend(frame(opcode, &bytes[start..cut]));
            wire.extend(frame(FIN | PING, b"between"));
            (opcode, start) = (CONTINUATION, cut);
        }
        wire.extend(frame(FIN | opcode, &bytes[start..]));
        let found = feed(&mut decoder(None), &wire, &lengths);
        let messages: Vec<_> = found.into_iter().filter(|item| !matches!(item, WebSocketIncoming::Ping(_))).collect();
        prop_assert_eq!(messages, vec![text(&message)]);
    }

    #[test]
    fn any_bytes_end_in_the_same_way_however_they_are_cut(
        bytes in vec(any::<u8>(), 0..300),
        piece in 1_usize..20,
        deflate in any::<bool>(),
    ) {
        let deflate = deflate.then(DeflateParams::default);
        let whole = decode_in(&mut decoder(deflate), &bytes, bytes.len().max(1));
        prop_assert_eq!(whole, decode_in(&mut decoder(deflate), &bytes, piece));
    }

    #[test]
    fn text_is_refused_exactly_when_std_refuses_it(bytes in vec(any::<u8>(), 0..40), piece in 1_usize..8) {
        let (found, error) = decode_in(&mut decoder(None), &frame(FIN | TEXT, &bytes), piece);
        match std::str::from_utf8(&bytes) {
            Ok(valid) => prop_assert_eq!((found, error), (vec![text(valid)], None)),
            Err(_) => prop_assert!(found.is_empty() && error.is_some()),
        }
    }
}
