//! `Name: value` and `name=value`.

use std::fmt;

use thiserror::Error;

/// What a pair is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PairKind {
    Header,
    Query,
    Metadata,
}

impl PairKind {
    fn separator(self) -> char {
        match self {
            Self::Header => ':',
            Self::Query | Self::Metadata => '=',
        }
    }

    fn flag(self) -> &'static str {
        match self {
            Self::Header => "--header",
            Self::Query => "--query",
            Self::Metadata => "--metadata",
        }
    }

    fn form(self) -> &'static str {
        match self {
            Self::Header => "'Name: value'",
            Self::Query | Self::Metadata => "name=value",
        }
    }
}

impl fmt::Display for PairKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.flag())
    }
}

/// A text that is no pair. It is not quoted: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{kind} number {position} is not of the form {}", kind.form())]
pub(crate) struct PairError {
    kind: PairKind,
    /// Which of the flags of this kind, from 1.
    position: usize,
}

/// Splits all the texts given for a flag.
pub(crate) fn split<'t>(kind: PairKind, texts: &'t [String]) -> Result<Vec<(&'t str, &'t str)>, PairError> {
    let pair = |(index, text): (usize, &'t String)| {
        let (name, value) = text.split_once(kind.separator()).unwrap_or_default();
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() { Err(PairError { kind, position: index + 1 }) } else { Ok((name, value)) }
    };
    texts.iter().enumerate().map(pair).collect()
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn pairs_are_split_at_their_first_separator() {
        for (kind, text, expected) in [
            (PairKind::Header, "X-A: b: c", Some(("X-A", "b: c"))),
            (PairKind::Header, "X-A:", Some(("X-A", ""))),
            (PairKind::Header, ": b", None),
            (PairKind::Header, "sk-secret", None),
            (PairKind::Query, "a=b=c", Some(("a", "b=c"))),
            (PairKind::Query, "=b", None),
            (PairKind::Metadata, "a", None),
        ] {
            let texts = ["x=:y".to_owned(), text.to_owned()];
            match (split(kind, &texts), expected) {
                (Ok(pairs), Some(expected)) => assert_eq!(pairs[1], expected),
                (Err(error), None) => {
                    assert!(error.to_string().starts_with(&format!("{kind} number 2 is not of the form ")));
                    assert!(!error.to_string().contains("secret"));
                }
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
