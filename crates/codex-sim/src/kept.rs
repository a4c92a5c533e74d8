//! A list with bounds: the oldest entries make room.

use std::collections::VecDeque;

/// Entries in order of arrival, at most so many and so many bytes of them.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    entries: VecDeque<(T, usize)>,
    bytes: usize,
    max_entries: usize,
    max_bytes: usize,
}

impl<T: Clone> Kept<T> {
    pub(crate) fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self { entries: VecDeque::new(), bytes: 0, max_entries, max_bytes }
    }

    /// Adds an entry of so many bytes.
    pub(crate) fn push(&mut self, entry: T, bytes: usize) {
        self.entries.push_back((entry, bytes));
        self.bytes += bytes;
        while self.entries.len() > self.max_entries || self.bytes > self.max_bytes {
            let Some((_, freed)) = self.entries.pop_front() else { break };
            self.bytes -= freed;
        }
    }

    /// The entries, oldest first.
    pub(crate) fn all(&self) -> Vec<T> {
        self.entries.iter().map(|(entry, _)| entry.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    // Ladder: pure function.
    use super::*;

    #[test]
    fn the_oldest_entries_make_room() {
        let mut kept = Kept::new(3, 10);
        let cases: [(u8, usize, &[u8]); 6] = [
            (1, 1, &[1]),
            (2, 1, &[1, 2]),
            (3, 1, &[1, 2, 3]),
            (4, 1, &[2, 3, 4]),
            (5, 9, &[4, 5]),
            (6, 11, &[]),
        ];
        for (entry, bytes, left) in cases {
            kept.push(entry, bytes);
            assert_eq!(kept.all(), left, "after {entry}");
        }
        assert_eq!(kept.bytes, 0);
    }
}
