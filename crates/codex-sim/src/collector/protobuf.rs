//! As much of protobuf as tells an export from other bytes.

/// Wire types of protobuf.
const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED_32: u64 = 5;

/// Field 1 of an export holds what it is about, for every signal.
const RESOURCES: u64 = 1;

/// Longest varint, in bytes.
const MAX_VARINT: usize = 10;

/// Whether bytes are a protobuf message whose field 1, if it is there, holds messages.
pub(crate) fn is_export(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        match field(bytes) {
            Some(rest) => bytes = rest,
            None => return false,
        }
    }
    true
}

/// Skips a field; none when it is broken.
fn field(bytes: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = varint(bytes)?;
    let (number, wire_type) = (tag >> 3, tag & 7);
    if number == 0 || (number == RESOURCES && wire_type != LENGTH_DELIMITED) {
        return None;
    }
    match wire_type {
        VARINT => varint(rest).map(|(_, rest)| rest),
        FIXED_64 => rest.get(8..),
        FIXED_32 => rest.get(4..),
        LENGTH_DELIMITED => {
            let (length, rest) = varint(rest)?;
            rest.get(usize::try_from(length).ok()?..)
        }
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(MAX_VARINT).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn exports_are_known_by_their_fields() {
        let cases: [(&[u8], bool); 10] = [
            (b"", true),
            (&[0x0A, 0x00], true),
            (&[0x0A, 0x02, 1, 2, 0x0A, 0x00], true),
            (&[0x10, 0x80, 0x01, 0x1D, 1, 2, 3, 4], true),
            (&[0x0A, 0x02, 1], false),
            (&[0x08, 0x01], false),
            (&[0x0A], false),
            (&[0x00], false),
            (&[0xFF; 11], false),
            (b"{}", false),
        ];
        for (bytes, expected) in cases {
            assert_eq!(is_export(bytes), expected, "{bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_the_check(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64)) {
            let _ = is_export(&bytes);
        }
    }
}
