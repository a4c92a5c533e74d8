//! A bound for a label that the service decides.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// How many kinds of stream events are told apart in metrics, in this process; later ones are `other`.
pub const MAX_KIND_LABELS: usize = 150;

const OTHER: &str = "other";

/// The kinds that have a label of their own: the first ones that came.
#[derive(Debug, Default)]
pub(crate) struct KnownKinds(Mutex<BTreeSet<String>>);

impl KnownKinds {
    /// `kind`, or `other` when there are too many already.
    pub(crate) fn bounded<'k>(&self, kind: &'k str) -> &'k str {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(kind) {
            return kind;
        }
        if known.len() >= MAX_KIND_LABELS {
            return OTHER;
        }
        known.insert(kind.to_owned());
        kind
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn only_the_first_kinds_are_told_apart() {
        let kinds = KnownKinds::default();
        for number in 0..MAX_KIND_LABELS {
            let kind = format!("kind.{number}");
            assert_eq!(kinds.bounded(&kind), kind);
        }
        assert_eq!(kinds.bounded("one.more"), OTHER);
        assert_eq!(kinds.bounded("kind.7"), "kind.7");
    }
}
