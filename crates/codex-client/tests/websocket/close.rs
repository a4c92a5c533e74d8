//! Pure function: close codes, and what they advise.

use codex_client::{
    CloseAdvice, CloseCode, PeerMisbehaved, WebSocketError, WebSocketIncoming, WebSocketMessage,
};

use crate::wire::{CLOSE, FIN, decode, frame};

#[test]
fn codes_that_may_be_sent() {
    let allowed = |code: u16| matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    for code in 0..=u16::MAX {
        assert_eq!(CloseCode::new(code).is_some(), allowed(code), "{code}");
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        let (_, error) = decode(&frame(FIN | CLOSE, &u16::to_be_bytes(code)));
        let fault = PeerMisbehaved::CloseCodeForbidden(code);
        assert_eq!(error, Some(WebSocketError::PeerMisbehaved(fault)));
        assert_eq!(fault.close_code(), CloseCode::PROTOCOL_ERROR);
    }
    for code in [1000, 1001, 1003, 1007, 1014, 3000, 3999, 4000, 4999] {
        let (found, _) = decode(&frame(FIN | CLOSE, &u16::to_be_bytes(code)));
        let [WebSocketIncoming::Message(WebSocketMessage::Close(close))] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(close.code.as_u16(), code);
    }
}

#[test]
fn a_close_without_a_code_is_1005() {
    let (found, _) = decode(&frame(FIN | CLOSE, b""));
    let [WebSocketIncoming::Message(WebSocketMessage::Close(close))] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((close.code, close.reason.as_str()), (CloseCode::NO_STATUS, ""));
    assert_eq!(close.advice(), CloseAdvice::Reconnect);
}

#[test]
fn advice() {
    for (code, advice) in [
        (CloseCode::NORMAL, CloseAdvice::Finished),
        (CloseCode::GOING_AWAY, CloseAdvice::Reconnect),
        (CloseCode::PROTOCOL_ERROR, CloseAdvice::Fault),
        (CloseCode::UNSUPPORTED, CloseAdvice::Fault),
        (CloseCode::NO_STATUS, CloseAdvice::Reconnect),
        (CloseCode::ABNORMAL, CloseAdvice::Reconnect),
        (CloseCode::INVALID_PAYLOAD, CloseAdvice::Fault),
        (CloseCode::POLICY, CloseAdvice::UseHttp),
        (CloseCode::TOO_BIG, CloseAdvice::TooBig),
        (CloseCode::MANDATORY_EXTENSION, CloseAdvice::Fault),
        (CloseCode::INTERNAL_ERROR, CloseAdvice::Reconnect),
        (CloseCode::SERVICE_RESTART, CloseAdvice::Reconnect),
        (CloseCode::TRY_AGAIN_LATER, CloseAdvice::Reconnect),
        (CloseCode::BAD_GATEWAY, CloseAdvice::Reconnect),
        (CloseCode::TLS, CloseAdvice::Reconnect),
        (CloseCode::new(4000).unwrap(), CloseAdvice::AskService),
    ] {
        assert_eq!(code.advice(), advice, "{code}");
    }
}
