//! The reports for one tracker.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{
    Claim, MAX_REFUSED_REPORTS, MAX_SPOOL_BYTES, MAX_SPOOLED_REPORTS, Spool, SpoolError, SpooledReport,
    SpooledState, claim::set_aside, reports_in,
};
use crate::{Envelope, EventId, private_file, tracker_limits::MAX_WAIT};

/// Holds the time until which the tracker wants to be left alone, Unix milliseconds.
const HOLD: &str = "hold";
/// The most of that file that is read, in bytes; a time has far fewer.
const MAX_HOLD_BYTES: u64 = 64;
const ADMISSION_LOCK: &str = "lock";

/// The folder of the spool that holds the reports for one tracker.
#[derive(Clone, Debug)]
pub(crate) struct TrackerSpool {
    spool: Spool,
    folder: PathBuf,
}

impl TrackerSpool {
    pub(super) fn new(spool: Spool, folder: PathBuf) -> Self {
        Self { spool, folder }
    }

    /// The reports of that state, oldest first.
    pub(crate) fn reports(&self, state: SpooledState) -> Result<Vec<SpooledReport>, SpoolError> {
        let mut reports = reports_in(&self.folder)?;
        reports.retain(|report| report.state == state);
        Ok(reports)
    }

    /// Whether a report is for this tracker.
    pub(crate) fn holds(&self, report: &SpooledReport) -> bool {
        report.path.parent() == Some(&self.folder)
    }

    /// Where a report waits.
    pub(crate) fn path_of(&self, event_id: EventId) -> PathBuf {
        self.folder.join(format!("{event_id}.{}", SpooledState::Waiting.extension()))
    }

    /// Puts a report on disk, whole, and claims it.
    pub(crate) fn keep(&self, envelope: &Envelope) -> Result<Claim, SpoolError> {
        let path = self.path_of(envelope.event_id());
        let failed = |source| SpoolError::Write { path: path.clone(), source };
        // Held until the file is there, so that two processes do not pass the bounds together.
        private_file::create_folder(&self.folder).map_err(failed)?;
        let admission = admission(&self.spool.folder.join(ADMISSION_LOCK)).map_err(failed)?;
        admission.lock().map_err(failed)?;
        let bytes = envelope.stored();
        self.check_room(bytes.len() as u64)?;
        let file = private_file::write_locked(&path, &bytes).map_err(failed)?;
        Ok(Claim::new(path, file))
    }

    /// Marks a file that is no report as one that is not sent again. Where it is from now on.
    pub(crate) fn set_aside(&self, report: &SpooledReport) -> PathBuf {
        set_aside(&report.path)
    }

    /// Until when the tracker wants to be left alone.
    pub(crate) fn held_until(&self, now: SystemTime) -> Option<SystemTime> {
        let path = self.folder.join(HOLD);
        private_file::check_regular(&path).ok()?;
        let mut text = String::new();
        File::open(path).ok()?.take(MAX_HOLD_BYTES).read_to_string(&mut text).ok()?;
        let until = UNIX_EPOCH.checked_add(Duration::from_millis(text.trim().parse().ok()?))?;
        let wait = until.duration_since(now).ok()?;
        // A longer one is none that was written here: the clock was set back, or the file is damaged.
        (!wait.is_zero() && wait <= MAX_WAIT).then_some(until)
    }

    /// Remembers that the tracker wants to be left alone. Without it the next report is sent early, and refused: so a
    /// failure to write is no error.
    pub(crate) fn hold(&self, until: SystemTime) {
        // Rounded down, so that the longest wait stays one that is believed.
        let millis = until.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let _ = private_file::write(&self.folder.join(HOLD), millis.to_string().as_bytes());
    }

    /// The numbers are bounded for this tracker, so that another one's reports stand in nobody's way; the bytes for all.
    fn check_room(&self, bytes: u64) -> Result<(), SpoolError> {
        let all = self.spool.reports()?;
        let used: u64 = all.iter().map(|report| report.bytes).sum();
        let of_state = |state| all.iter().filter(move |report| self.holds(report) && report.state == state);
        let full = |reports: Vec<&SpooledReport>| {
            let bytes = reports.iter().map(|report| report.bytes).sum();
            let oldest = reports.first().map(|oldest| oldest.path.clone()).unwrap_or_default();
            Err(SpoolError::Full { reports: reports.len(), bytes, oldest })
        };
        for (state, most) in
            [(SpooledState::Waiting, MAX_SPOOLED_REPORTS), (SpooledState::Refused, MAX_REFUSED_REPORTS)]
        {
            if of_state(state).count() >= most {
                return full(of_state(state).collect());
            }
        }
        if !all.is_empty() && used.saturating_add(bytes) > MAX_SPOOL_BYTES {
            return full(all.iter().collect());
        }
        Ok(())
    }
}

fn admission(path: &Path) -> io::Result<File> {
    match private_file::check_regular(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => OpenOptions::new().create(true).append(true).open(path),
    }
}
