//! The usage limits that the service tells.

use codex_api::RateLimitSnapshot;

use crate::{run::Run, terminal::LimitsTable};

/// Takes in what the service tells of limits: for the user's eyes, and for a report.
pub(crate) struct Limits {
    pub(crate) table: LimitsTable,
    run: Run,
}

impl Limits {
    /// Nothing was told yet.
    pub(crate) fn of(run: &Run) -> Self {
        Self { table: LimitsTable::default(), run: run.clone() }
    }

    pub(crate) fn note(&mut self, snapshot: &RateLimitSnapshot) {
        self.table.note(snapshot);
        self.run.note_limits(snapshot);
    }
}
