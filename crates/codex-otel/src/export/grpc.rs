//! As much of gRPC as a call with one message each way needs
//! (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).

use bytes::{Buf, BufMut, Bytes, BytesMut};
use codex_observe::SafeText;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

use super::SendError;

const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";
/// A flag and a length.
const PREFIX_BYTES: usize = 5;
/// Statuses after which the OTLP specification lets a client try again.
const RETRYABLE: [u32; 6] = [1, 4, 10, 11, 14, 15];
/// The longest message of a status that is shown, in characters.
const MAX_MESSAGE_CHARS: usize = 200;

/// A message as gRPC frames it.
pub(super) fn frame(message: &[u8], compressed: bool) -> Bytes {
    let mut framed = BytesMut::with_capacity(PREFIX_BYTES + message.len());
    framed.put_u8(u8::from(compressed));
    // A batch is far below 4 GiB; a length that lies is an error of the collector's decoder.
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    framed.freeze()
}

/// The message inside a frame; `None` for one that is cut off or compressed.
pub(super) fn unframe(mut framed: Bytes) -> Option<Bytes> {
    if framed.len() < PREFIX_BYTES || framed.get_u8() != 0 {
        return None;
    }
    let length = usize::try_from(framed.get_u32()).ok()?;
    (framed.len() >= length).then(|| framed.split_to(length))
}

/// What came of a call: in the trailers, or in the head where there is no message.
pub(super) fn judge(head: &HeaderMap, trailers: Option<&HeaderMap>) -> Result<(), SendError> {
    let both = [trailers, Some(head)];
    let of = |name| both.into_iter().flatten().find_map(|headers| headers.get(name)?.to_str().ok());
    let Some(code) = of(STATUS).and_then(|status| status.parse::<u32>().ok()) else {
        return Err(SendError::NoGrpcStatus);
    };
    if code == 0 {
        return Ok(());
    }
    let message = percent_decode_str(of(MESSAGE).unwrap_or_default()).decode_utf8_lossy();
    Err(SendError::Grpc { code, message: SafeText::prose(&message, MAX_MESSAGE_CHARS) })
}

/// Whether the specification lets a client try again after this status.
pub(super) fn is_retryable(code: u32) -> bool {
    RETRYABLE.contains(&code)
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use http::HeaderValue;

    use super::*;

    #[test]
    fn what_is_framed_comes_out_again() {
        let framed = frame(b"abc", false);
        assert_eq!(&framed[..], b"\0\0\0\0\x03abc");
        assert_eq!(unframe(framed).as_deref(), Some(&b"abc"[..]));
        assert_eq!(frame(b"", true)[0], 1);
    }

    #[test]
    fn a_frame_that_is_cut_or_compressed_is_none() {
        for bytes in [&b""[..], b"\0\0\0", b"\0\0\0\0\x04abc", b"\x01\0\0\0\x03abc", b"\0\xff\xff\xff\xff"] {
            assert_eq!(unframe(Bytes::copy_from_slice(bytes)), None, "{bytes:?}");
        }
    }

    #[test]
    fn the_status_is_in_the_trailers_or_in_the_head() {
        let status =
            |value| HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static(value))]);
        let empty = HeaderMap::new();
        assert!(judge(&empty, Some(&status("0"))).is_ok());
        assert!(judge(&status("0"), None).is_ok());
        assert!(matches!(judge(&empty, None), Err(SendError::NoGrpcStatus)));
        assert!(matches!(judge(&empty, Some(&status("x"))), Err(SendError::NoGrpcStatus)));
        let mut refused = status("16");
        refused.insert("grpc-message", HeaderValue::from_static("no%20key"));
        let error = judge(&empty, Some(&refused)).unwrap_err();
        assert_eq!(error.to_string(), "the collector answered with gRPC status 16: no key");
        assert!(!error.is_retryable());
    }
}
