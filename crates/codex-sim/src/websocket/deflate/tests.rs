// Ladder: pure function.
use super::*;
use proptest::prelude::*;

const LIMIT: usize = 1024 * 1024;

#[test]
fn offers_are_negotiated() {
    let cases = [
        ("permessage-deflate", Some("permessage-deflate")),
        ("permessage-deflate; client_max_window_bits", Some("permessage-deflate")),
        ("permessage-deflate;client_max_window_bits=\"10\"", Some("permessage-deflate")),
        ("permessage-deflate; server_max_window_bits=15", Some("permessage-deflate")),
        ("x-webkit-deflate-frame, permessage-deflate", Some("permessage-deflate")),
        (
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            Some("permessage-deflate; server_no_context_takeover; client_no_context_takeover"),
        ),
        ("permessage-deflate; server_max_window_bits=10, permessage-deflate", Some("permessage-deflate")),
        ("permessage-deflate; server_max_window_bits=10", None),
        ("permessage-deflate; wat", None),
        ("", None),
    ];
    for (offer, answer) in cases {
        let accepted = DeflateParameters::negotiate(offer).map(DeflateParameters::answer);
        assert_eq!(accepted.as_deref(), answer, "{offer}");
    }
}

#[test]
fn the_examples_of_the_standard_are_read() {
    // RFC 7692, 7.2.3.1 and 7.2.3.2: "Hello", then "Hello" again in the same window; 7.2.3.4: a final block.
    let mut inflater = parameters(true).inflater();
    let first = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    assert_eq!(inflater.message(&first, LIMIT).unwrap(), b"Hello");
    assert_eq!(inflater.message(&[0xf2, 0x00, 0x11, 0x00, 0x00], LIMIT).unwrap(), b"Hello");
    let last = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
    assert_eq!(parameters(true).inflater().message(&last, LIMIT).unwrap(), b"Hello");
}

#[test]
fn bombs_and_noise_are_refused() {
    let bomb = parameters(true).deflater().payload(&vec![b'a'; LIMIT + 1]).unwrap();
    assert!(bomb.len() < LIMIT / 50);
    assert_eq!(parameters(true).inflater().message(&bomb, LIMIT), Err(Violation::TooLarge));
    let noise = [0xFF, 0xFF, 0xFF, 0xFF];
    assert_eq!(parameters(true).inflater().message(&noise, LIMIT), Err(Violation::BadCompression));
}

fn parameters(context: bool) -> DeflateParameters {
    DeflateParameters { server_no_context_takeover: !context, client_no_context_takeover: !context }
}

proptest! {
    #[test]
    fn what_was_deflated_is_inflated(
        messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..9_000), 1..6),
        context: bool,
    ) {
        let (mut deflater, mut inflater) = (parameters(context).deflater(), parameters(context).inflater());
        for message in messages {
            let payload = deflater.payload(&message).unwrap();
            prop_assert_eq!(inflater.message(&payload, LIMIT).unwrap(), message);
        }
    }
}
