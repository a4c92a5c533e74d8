//! A report while it is sent.

use std::path::PathBuf;

use codex_feedback::EventId;

use crate::terminal::Status;

/// Dropped while a report is on its way, it tells where that report waits.
pub(super) struct OnItsWay<'s> {
    status: &'s Status,
    path: PathBuf,
    event_id: EventId,
    arrived: bool,
}

impl<'s> OnItsWay<'s> {
    /// The report that is kept at `path` from now on.
    pub(super) fn new(status: &'s Status, path: PathBuf, event_id: EventId) -> Self {
        Self { status, path, event_id, arrived: false }
    }

    /// What became of it is told by somebody else.
    pub(super) fn arrived(mut self) {
        self.arrived = true;
    }
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        let Self { status, path, event_id, arrived } = self;
        if *arrived {
            return;
        }
        if path.exists() {
            status.explain(
                "interrupted",
                format_args!(
                    "the report waits in {}; `codex-api feedback flush` delivers it, \
                     `codex-api feedback discard {event_id}` removes it",
                    path.display()
                ),
            );
        } else {
            status.explain("interrupted", "the report is not kept; send it again");
        }
    }
}
