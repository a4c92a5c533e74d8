//! Cuts text into deltas.

use crate::reply::DeltaSize;

/// The pieces of `text`, in order; joined they are `text` again. Empty text has no piece.
pub(crate) fn pieces(text: &str, size: DeltaSize) -> Vec<&str> {
    let boundaries: Vec<usize> = match size {
        DeltaSize::Whole => Vec::new(),
        DeltaSize::Chars(count) => {
            text.char_indices().map(|(at, _)| at).step_by(count.max(1)).skip(1).collect()
        }
        DeltaSize::Words(count) => word_starts(text).step_by(count.max(1)).skip(1).collect(),
    };
    let mut pieces = Vec::with_capacity(boundaries.len() + 1);
    let mut rest = text;
    let mut cut = 0;
    for at in boundaries {
        let (piece, after) = rest.split_at_checked(at - cut).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = after;
        cut = at;
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// Where words begin, white space before a word being part of it. The first is always 0.
fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut in_word = false;
    let inner = text.char_indices().filter_map(move |(at, character)| {
        let ends = in_word && character.is_whitespace();
        in_word = !character.is_whitespace();
        ends.then_some(at)
    });
    std::iter::once(0).chain(inner)
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_text_is_whole_again(text: String, size in 0_usize..9) {
            for size in [DeltaSize::Words(size), DeltaSize::Chars(size), DeltaSize::Whole] {
                assert_eq!(pieces(&text, size).concat(), text);
                assert!(pieces(&text, size).iter().all(|piece| !piece.is_empty()));
            }
        }
    }

    #[test]
    fn text_is_cut_and_nothing_is_lost() {
        let cases: [(&str, DeltaSize, &[&str]); 9] = [
            ("", DeltaSize::Words(1), &[]),
            ("Hello", DeltaSize::Words(1), &["Hello"]),
            ("Hello big world", DeltaSize::Words(1), &["Hello", " big", " world"]),
            ("Hello big world", DeltaSize::Words(2), &["Hello big", " world"]),
            (" a  b ", DeltaSize::Words(1), &[" a", "  b", " "]),
            ("aéb", DeltaSize::Chars(1), &["a", "é", "b"]),
            ("abcde", DeltaSize::Chars(2), &["ab", "cd", "e"]),
            ("ab", DeltaSize::Chars(0), &["a", "b"]),
            ("a b", DeltaSize::Whole, &["a b"]),
        ];
        for (text, size, expected) in cases {
            assert_eq!(pieces(text, size), expected, "{text:?} {size:?}");
            assert_eq!(pieces(text, size).concat(), text);
        }
    }
}
