// Ladder: pure function.
use super::*;

const MASK: [u8; 4] = [1, 2, 3, 4];

fn head(first: u8, second: u8, rest: &[u8]) -> Result<Option<FrameHead>, Violation> {
    FrameHead::parse(&[&[first, second], rest].concat())
}

#[test]
fn heads_are_read() {
    let short = head(0x81, 0x85, &MASK).unwrap().unwrap();
    assert_eq!((short.opcode, short.last, short.size, short.length), (Opcode::Text, true, 6, 5));
    let medium = head(0x42, 0xFE, &[1, 0, 1, 2, 3, 4]).unwrap().unwrap();
    assert_eq!((medium.last, medium.compressed, medium.size, medium.length), (false, true, 8, 256));
    let long = head(0x80, 0xFF, &[0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]).unwrap().unwrap();
    assert_eq!((long.size, long.length, long.mask), (14, 65_536, MASK));
    for missing in [&[][..], &[1], &[1, 2, 3]] {
        assert_eq!(head(0x81, 0x85, missing), Ok(None));
    }
    assert_eq!(FrameHead::parse(&[0x81]), Ok(None));
}

#[test]
fn forbidden_heads_are_named() {
    let cases = [
        (0x91, 0x80, Violation::ReservedBit),
        (0x83, 0x80, Violation::ReservedOpcode),
        (0x81, 0x00, Violation::Unmasked),
        (0x09, 0x80, Violation::BadControlFrame),
        (0xC9, 0x80, Violation::BadControlFrame),
        (0x88, 0xFE, Violation::BadControlFrame),
    ];
    for (first, second, violation) in cases {
        assert_eq!(head(first, second, &[0; 12]), Err(violation), "{first:#x} {second:#x}");
    }
}

#[test]
fn heads_are_written_with_the_shortest_length() {
    let cases: [(usize, &[u8]); 4] = [
        (125, &[0x81, 125]),
        (126, &[0x81, 126, 0, 126]),
        (65_535, &[0x81, 126, 255, 255]),
        (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ];
    for (length, written) in cases {
        let mut out = Vec::new();
        write_head(FrameKind { opcode: Opcode::Text, last: true, compressed: false }, length, &mut out);
        assert_eq!(out, written);
    }
}

#[test]
fn masks_are_undone() {
    let mut payload = *b"abcdef";
    unmask(&mut payload, MASK);
    assert_ne!(&payload, b"abcdef");
    unmask(&mut payload, MASK);
    assert_eq!(&payload, b"abcdef");
}
