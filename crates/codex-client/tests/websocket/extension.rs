//! Pure function: what a server may answer to an offer of permessage-deflate.

use codex_client::{DeflateOffer, DeflateParams, HandshakeFault, WindowBits};
use http::{HeaderMap, HeaderValue};

fn answer(values: &[&'static str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append("sec-websocket-extensions", HeaderValue::from_static(value));
    }
    headers
}

fn window(bits: u8) -> WindowBits {
    WindowBits::new(bits).unwrap()
}

#[test]
fn answers_that_fit_the_offer() {
    let plain = DeflateParams::default();
    for (values, expected) in [
        (&[][..], None),
        (&[""], None),
        (&["permessage-deflate"], Some(plain)),
        (
            &[" permessage-deflate ; server_no_context_takeover;client_no_context_takeover "],
            Some(DeflateParams {
                server_no_context_takeover: true,
                client_no_context_takeover: true,
                ..plain
            }),
        ),
        (
            &["permessage-deflate; server_max_window_bits=8; client_max_window_bits=\"10\""],
            Some(DeflateParams { server_window: window(8), client_window: window(10), ..plain }),
        ),
    ] {
        assert_eq!(DeflateParams::from_answer(&answer(values), DeflateOffer::On), Ok(expected), "{values:?}");
    }
}

#[test]
fn answers_that_do_not() {
    use HandshakeFault::{BadDeflateParameter as Bad, ExtensionNotOffered as NotOffered};
    for (values, fault) in [
        (&["x-webkit-deflate-frame"][..], NotOffered),
        (&["Permessage-Deflate"], NotOffered),
        (&["permessage-deflate, permessage-deflate"], NotOffered),
        (&["permessage-deflate", "permessage-deflate"], NotOffered),
        (&["permessage-deflate, bbf-usp-protocol"], NotOffered),
        (&["permessage-deflate; mystery"], Bad),
        (&["permessage-deflate; mystery=1"], Bad),
        (&["permessage-deflate;"], Bad),
        (&["permessage-deflate; server_no_context_takeover=1"], Bad),
        (&["permessage-deflate; server_no_context_takeover; server_no_context_takeover"], Bad),
        (&["permessage-deflate; server_max_window_bits"], Bad),
        (&["permessage-deflate; client_max_window_bits"], Bad),
        (&["permessage-deflate; client_max_window_bits=7"], Bad),
        (&["permessage-deflate; client_max_window_bits=16"], Bad),
        (&["permessage-deflate; client_max_window_bits=08"], Bad),
        (&["permessage-deflate; client_max_window_bits=+9"], Bad),
        (&["permessage-deflate; client_max_window_bits="], Bad),
        (&["permessage-deflate; server_max_window_bits=9; server_max_window_bits=9"], Bad),
    ] {
        assert_eq!(DeflateParams::from_answer(&answer(values), DeflateOffer::On), Err(fault), "{values:?}");
    }
    let accepted = answer(&["permessage-deflate"]);
    assert_eq!(
        DeflateParams::from_answer(&accepted, DeflateOffer::Off),
        Err(NotOffered),
        "nothing was offered"
    );
}
