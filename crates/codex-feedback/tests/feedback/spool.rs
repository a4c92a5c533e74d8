//! Fake transport and files: what is kept, for whom, and for how long.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use codex_feedback::{
    BoxFuture, Delivery, DeliveryOutcome, Dsn, EnvelopeRequest, MAX_REFUSED_REPORTS, MAX_SPOOLED_REPORTS,
    NoAnswer, Refusal, SendError, Sender, Spool, SpoolError, SpooledState, TrackerAnswer,
};

use crate::support::plain_report;

const ONE: &str = "https://key@one.example/1";
const OTHER: &str = "https://key@other.example/1";

/// What this tracker answers, and where it was asked.
struct Tracker {
    answer: Box<dyn Fn() -> Result<TrackerAnswer, SendError> + Send + Sync>,
    asked: Mutex<Vec<String>>,
}

impl Tracker {
    fn new(answer: impl Fn() -> Result<TrackerAnswer, SendError> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { answer: Box::new(answer), asked: Mutex::default() })
    }

    fn saying(status: u16, headers: &'static [(&str, &str)]) -> Arc<Self> {
        Self::new(move || {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Ok(TrackerAnswer::new(status, headers.collect(), Bytes::new()))
        })
    }

    fn offline() -> Arc<Self> {
        Self::new(|| Err("connection refused".into()))
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Sender for Tracker {
    fn send(&self, request: EnvelopeRequest) -> BoxFuture<'_, Result<TrackerAnswer, SendError>> {
        self.asked.lock().unwrap().push(request.url.to_string());
        let answer = (self.answer)();
        Box::pin(async move { answer })
    }
}

const NOW: fn() -> SystemTime = || UNIX_EPOCH + Duration::from_millis(1_000_000_500);

fn delivery(dsn: &str, folder: &Path, tracker: &Arc<Tracker>) -> Delivery {
    Delivery::with_clock(dsn.parse().unwrap(), Spool::at(folder), Arc::clone(tracker) as Arc<dyn Sender>, NOW)
}

fn count(folder: &Path, state: SpooledState) -> usize {
    let reports = Spool::at(folder).reports().unwrap();
    reports.iter().filter(|report| report.state == state).count()
}

#[tokio::test]
async fn a_report_goes_to_the_tracker_it_was_for_and_to_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::saying(429, &[("retry-after", "3600")]);
    delivery(ONE, folder.path(), &tracker).deliver(&plain_report()).await.unwrap();

    let good = Tracker::saying(200, &[]);
    let other = delivery(OTHER, folder.path(), &good);
    let flushed = other.flush_with_refused().await.unwrap();
    assert!(flushed.delivered.is_empty() && flushed.kept.is_empty(), "{flushed:?}");
    let outcome = other.deliver(&plain_report()).await.unwrap();
    assert!(
        matches!(outcome, DeliveryOutcome::Delivered { .. }),
        "one tracker's wait is not another's: {outcome:?}"
    );
    assert_eq!(*good.asked.lock().unwrap(), ["https://other.example/api/1/envelope/"]);

    let pending = Spool::at(folder.path()).pending().unwrap();
    assert_eq!(pending.len(), 1);
    assert!(!other.is_for(&pending[0]));
    // Another key of the same project is the same tracker.
    assert!(delivery("https://another@one.example/1", folder.path(), &good).is_for(&pending[0]));
}

#[tokio::test]
async fn what_lies_beside_the_folders_is_for_nobody_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("9ec79c33ec9942ab8353589fcb2e04dc.envelope"), "{}\n").unwrap();
    let tracker = Tracker::saying(200, &[]);
    let delivery = delivery(ONE, folder.path(), &tracker);
    assert!(delivery.flush().await.unwrap().delivered.is_empty());
    let pending = Spool::at(folder.path()).pending().unwrap();
    assert!(pending.len() == 1 && !delivery.is_for(&pending[0]));
}

#[tokio::test]
async fn a_report_that_is_refused_for_good_is_sent_once() {
    for (status, state) in [
        (400, SpooledState::Refused),
        (413, SpooledState::Refused),
        (415, SpooledState::Refused),
        (422, SpooledState::Refused),
        (401, SpooledState::Waiting),
        (404, SpooledState::Waiting),
        (408, SpooledState::Waiting),
        (429, SpooledState::Waiting),
        (500, SpooledState::Waiting),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let tracker = Tracker::saying(status, &[]);
        let outcome = delivery(ONE, folder.path(), &tracker).deliver(&plain_report()).await.unwrap();
        let DeliveryOutcome::Spooled { path, refusal, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(refusal.is_permanent(), state == SpooledState::Refused, "{status}");
        assert!(path.exists());
        assert_eq!(count(folder.path(), state), 1, "{status}");

        let good = Tracker::saying(200, &[]);
        fs::remove_file(path.with_file_name("hold")).ok();
        let delivery = delivery(ONE, folder.path(), &good);
        let waited = usize::from(state == SpooledState::Waiting);
        assert_eq!(delivery.flush().await.unwrap().delivered.len(), waited, "{status}");
        assert_eq!(delivery.flush_with_refused().await.unwrap().delivered.len(), 1 - waited, "{status}");
        assert!(Spool::at(folder.path()).reports().unwrap().is_empty());
    }
}

#[tokio::test]
async fn refused_reports_take_no_place_of_waiting_ones_and_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let refusing = delivery(ONE, folder.path(), &Tracker::saying(400, &[]));
    for _ in 0..MAX_REFUSED_REPORTS - 1 {
        refusing.deliver(&plain_report()).await.unwrap();
    }
    let offline = delivery(ONE, folder.path(), &Tracker::offline());
    for _ in 0..MAX_SPOOLED_REPORTS - 1 {
        offline.deliver(&plain_report()).await.unwrap();
    }
    refusing.deliver(&plain_report()).await.unwrap();
    assert_eq!(count(folder.path(), SpooledState::Refused), MAX_REFUSED_REPORTS);
    let undelivered = refusing.deliver(&plain_report()).await.unwrap_err();
    assert!(matches!(undelivered.spool, SpoolError::Full { reports: MAX_REFUSED_REPORTS, .. }));
    assert!(undelivered.spool.to_string().contains("feedback discard"));
    // Another tracker has places of its own.
    let other = delivery(OTHER, folder.path(), &Tracker::offline()).deliver(&plain_report()).await;
    assert!(matches!(other.unwrap(), DeliveryOutcome::Spooled { .. }));
}

#[tokio::test]
async fn a_report_is_discarded_unless_it_is_on_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let delivery = delivery(ONE, folder.path(), &Tracker::offline());
    for _ in 0..2 {
        delivery.deliver(&plain_report()).await.unwrap();
    }
    let spool = Spool::at(folder.path());
    let reports = spool.reports().unwrap();
    let on_its_way = fs::File::open(&reports[0].path).unwrap();
    on_its_way.lock().unwrap();
    assert!(!spool.discard(&reports[0]).unwrap());
    assert!(spool.discard(&reports[1]).unwrap());
    assert!(!spool.discard(&reports[1]).unwrap(), "it is gone");
    drop(on_its_way);
    assert_eq!(spool.reports().unwrap(), reports[..1]);
}

#[tokio::test]
async fn the_longest_wait_is_kept() {
    const WEEK: u64 = 7 * 24 * 60 * 60;
    for headers in [
        &[("retry-after", "1e400")],
        &[("retry-after", "604800")],
        &[("retry-after", "99999999999")],
        &[("x-sentry-rate-limits", "inf:error:key")],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let tracker = Tracker::saying(429, headers);
        let delivery = delivery(ONE, folder.path(), &tracker);
        delivery.deliver(&plain_report()).await.unwrap();
        let flushed = delivery.flush().await.unwrap();
        let Refusal::HeldBack { until } = &flushed.kept[0].1 else { panic!("{headers:?}: {flushed:?}") };
        assert_eq!(*until, NOW() + Duration::from_secs(WEEK));
        assert_eq!(tracker.asked(), 1);
    }
}

#[tokio::test]
async fn no_answer_in_time_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::new(|| Err(NoAnswer::within(Duration::from_secs(202)).into()));
    let outcome = delivery(ONE, folder.path(), &tracker).deliver(&plain_report()).await.unwrap();
    let DeliveryOutcome::Spooled { refusal, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(refusal.to_string(), "no answer of the tracker within 202 s");
    assert!(!refusal.is_permanent());
}

/// Opening a pipe would wait for its writer.
#[cfg(unix)]
#[tokio::test]
async fn pipes_and_devices_stop_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dsn: Dsn = ONE.parse().unwrap();
    let of_tracker = Spool::at(folder.path()).folder_of(&dsn);
    fs::create_dir(&of_tracker).unwrap();
    for name in ["1.envelope", "hold"] {
        let made = std::process::Command::new("mkfifo").arg(of_tracker.join(name)).status();
        assert!(made.unwrap().success());
    }
    std::os::unix::fs::symlink("/dev/zero", of_tracker.join("2.envelope")).unwrap();
    fs::create_dir(of_tracker.join("3.envelope")).unwrap();
    let delivery = delivery(ONE, folder.path(), &Tracker::saying(200, &[]));
    let flushed = delivery.flush().await.unwrap();
    assert_eq!(flushed.kept.len(), 3, "{flushed:?}");
    assert!(flushed.kept.iter().all(|(_, refusal)| matches!(refusal, Refusal::Unreadable(_))));
    assert!(delivery.flush().await.unwrap().kept.is_empty());
    let outcome = delivery.deliver(&plain_report()).await.unwrap();
    assert!(matches!(outcome, DeliveryOutcome::Delivered { .. }), "{outcome:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_place_of_the_lock_hands_the_report_back() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("lock")).status();
    assert!(made.unwrap().success());
    let undelivered =
        delivery(ONE, folder.path(), &Tracker::offline()).deliver(&plain_report()).await.unwrap_err();
    assert!(matches!(undelivered.spool, SpoolError::Write { .. }));
}
