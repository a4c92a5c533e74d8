//! Fake transport: from a report to the tracker's yes.

use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::support::plain_report;
use bytes::Bytes;
use codex_feedback::{
    BoxFuture, Delivery, DeliveryOutcome, EnvelopeRequest, EventId, MAX_SPOOL_BYTES, MAX_SPOOLED_REPORTS,
    Refusal, Remark, SendError, Sender, Spool, SpoolError, TrackerAnswer,
};

/// Answers in turn, and yes to everything after that; remembers what was sent.
#[derive(Default)]
struct Tracker {
    answers: Mutex<VecDeque<Option<TrackerAnswer>>>,
    sent: Mutex<Vec<EnvelopeRequest>>,
}

impl Tracker {
    fn answering(answers: impl IntoIterator<Item = Option<TrackerAnswer>>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), sent: Mutex::default() })
    }

    fn sent(&self) -> Vec<EventId> {
        let first_line = |body: &Bytes| {
            let line = body.split(|byte| *byte == b'\n').next().unwrap().to_vec();
            let header: serde_json::Value = serde_json::from_slice(&line).unwrap();
            header["event_id"].as_str().unwrap().parse().unwrap()
        };
        self.sent.lock().unwrap().iter().map(|request| first_line(&request.body)).collect()
    }
}

impl Sender for Tracker {
    fn send(&self, request: EnvelopeRequest) -> BoxFuture<'_, Result<TrackerAnswer, SendError>> {
        self.sent.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async move {
            match answer {
                Some(Some(answer)) => Ok(answer),
                Some(None) => Err("connection refused".into()),
                None => Ok(answer_of(200, &[], "{}")),
            }
        })
    }
}

fn answer_of(status: u16, headers: &[(&str, &str)], body: &'static str) -> TrackerAnswer {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    TrackerAnswer::new(status, headers.collect(), Bytes::from_static(body.as_bytes()))
}

fn delivery(folder: &Path, tracker: &Arc<Tracker>) -> Delivery {
    delivery_at(folder, tracker, || UNIX_EPOCH + Duration::from_secs(1_000_000))
}

fn delivery_at(folder: &Path, tracker: &Arc<Tracker>, clock: fn() -> SystemTime) -> Delivery {
    let dsn = "https://key@tracker.example/42".parse().unwrap();
    Delivery::with_clock(dsn, Spool::at(folder), Arc::clone(tracker) as Arc<dyn Sender>, clock)
}

/// Where the reports for the tracker of these tests are.
fn of_tracker(folder: &Path) -> PathBuf {
    Spool::at(folder).folder_of(&"https://key@tracker.example/42".parse().unwrap())
}

fn waiting(folder: &Path) -> usize {
    Spool::at(folder).pending().unwrap().len()
}

#[tokio::test]
async fn a_yes_delivers_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::answering([]);
    let report = plain_report();
    let outcome = delivery(folder.path(), &tracker).deliver(&report).await.unwrap();
    let DeliveryOutcome::Delivered { event_id, remarks, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(event_id, report.event_id());
    assert!(remarks.is_empty());
    assert_eq!(waiting(folder.path()), 0);

    let sent = tracker.sent.lock().unwrap();
    assert_eq!(sent[0].url.as_str(), "https://tracker.example/api/42/envelope/");
    assert_eq!(sent[0].headers[0], ("content-type", "application/x-sentry-envelope".to_owned()));
    assert!(sent[0].headers[1].1.ends_with("sentry_key=key"));
    assert!(!format!("{:?}", sent[0]).contains("sentry_key"));
}

#[tokio::test]
async fn everything_but_a_yes_keeps_the_report() {
    type Check = fn(&Refusal) -> bool;
    let html = ("content-type", "text/html; charset=utf-8");
    let cases: [(Option<TrackerAnswer>, Check, &str); 11] = [
        (None, |r| matches!(r, Refusal::NotSent(_)), "could not be reached"),
        (
            Some(answer_of(400, &[], r#"{"detail":"bad sk-abcdefgh12345678 event"}"#)),
            |r| matches!(r, Refusal::Rejected { status: 400, .. }),
            "(http 400): bad [REDACTED] event",
        ),
        (
            Some(answer_of(400, &[("X-Sentry-Error", "no such project")], "")),
            |r| matches!(r, Refusal::Rejected { status: 400, .. }),
            "no such project",
        ),
        (
            Some(answer_of(401, &[], "{}")),
            |r| matches!(r, Refusal::KeyRefused { status: 401 }),
            "check the DSN",
        ),
        (Some(answer_of(403, &[html], "")), |r| matches!(r, Refusal::NotATracker { .. }), "no tracker"),
        (Some(answer_of(302, &[], "")), |r| matches!(r, Refusal::Rejected { status: 302, .. }), "http 302"),
        (
            Some(answer_of(413, &[], "")),
            |r| matches!(r, Refusal::TooLarge { .. }),
            "without some of its attachments",
        ),
        (
            Some(answer_of(429, &[("Retry-After", "60")], "")),
            |r| matches!(r, Refusal::RateLimited { until: Some(_) }),
            "until 1970-01-12T13:47:40.000Z",
        ),
        (
            Some(answer_of(500, &[], "oops")),
            |r| matches!(r, Refusal::Rejected { status: 500, .. }),
            "http 500",
        ),
        (Some(answer_of(200, &[], " <html>log in")), |r| matches!(r, Refusal::NotATracker { .. }), "proxy"),
        (
            Some(answer_of(200, &[], r#"{"id":"00000000000000000000000000000001"}"#)),
            |r| matches!(r, Refusal::AnotherReport { .. }),
            "another report".get(..0).unwrap_or_default(),
        ),
    ];
    for (answer, check, text) in cases {
        let folder = tempfile::tempdir().unwrap();
        let tracker = Tracker::answering([answer]);
        let report = plain_report();
        let outcome = delivery(folder.path(), &tracker).deliver(&report).await.unwrap();
        let DeliveryOutcome::Spooled { event_id, path, refusal, .. } = outcome else { panic!("{outcome:?}") };
        assert!(check(&refusal), "{refusal:?}");
        assert!(refusal.to_string().contains(text), "{refusal}");
        assert_eq!(event_id, report.event_id());
        let kept = fs::read(&path).unwrap();
        assert_eq!(kept, report.envelope().stored(), "it is kept whole");

        // Later the tracker takes it, under the same name, once.
        fs::remove_file(path.with_file_name("hold")).ok();
        let flushed = delivery(folder.path(), &tracker).flush_with_refused().await.unwrap();
        assert_eq!(flushed.delivered, [report.event_id()]);
        assert!(delivery(folder.path(), &tracker).flush().await.unwrap().delivered.is_empty());
        assert_eq!(tracker.sent(), [report.event_id(); 2]);
    }
}

#[tokio::test]
async fn a_report_leaves_those_that_wait_to_the_flush() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::answering([None]);
    let delivery = delivery(folder.path(), &tracker);
    let first = plain_report();
    delivery.deliver(&first).await.unwrap();
    let second = plain_report();
    delivery.deliver(&second).await.unwrap();
    assert_eq!(
        tracker.sent(),
        [first.event_id(), second.event_id()],
        "its id can be told before the others go out"
    );
    assert_eq!(delivery.flush().await.unwrap().delivered, [first.event_id()]);
    assert_eq!(waiting(folder.path()), 0);
}

#[tokio::test]
async fn a_failure_that_concerns_all_ends_the_flush() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::answering([None, None, None, Some(answer_of(400, &[], "")), None]);
    let delivery = delivery(folder.path(), &tracker);
    for _ in 0..3 {
        delivery.deliver(&plain_report()).await.unwrap();
    }
    let flushed = delivery.flush().await.unwrap();
    assert_eq!((flushed.delivered.len(), flushed.kept.len(), flushed.not_tried.len()), (0, 2, 1));
    let flushed = delivery.flush_with_refused().await.unwrap();
    assert_eq!(flushed.delivered.len(), 3);
}

#[tokio::test]
async fn the_tracker_is_left_alone_as_long_as_it_asks() {
    static NOW: AtomicU64 = AtomicU64::new(1_000_000);
    let clock = || UNIX_EPOCH + Duration::from_secs(NOW.load(Ordering::Relaxed));
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::answering([Some(answer_of(429, &[("retry-after", "30")], ""))]);
    let delivery = delivery_at(folder.path(), &tracker, clock);
    delivery.deliver(&plain_report()).await.unwrap();
    NOW.fetch_add(20, Ordering::Relaxed);
    let flushed = delivery.flush().await.unwrap();
    assert!(matches!(flushed.kept[0].1, Refusal::HeldBack { .. }));
    assert_eq!(tracker.sent().len(), 1, "nothing was sent");
    NOW.fetch_add(20, Ordering::Relaxed);
    assert_eq!(delivery.flush().await.unwrap().delivered.len(), 1);
}

#[tokio::test]
async fn limits_of_other_categories_stop_nothing() {
    for (limits, remarks) in
        [("60:transaction:key", vec![]), ("60:attachment:key", vec![Remark::AttachmentsLimited])]
    {
        let folder = tempfile::tempdir().unwrap();
        let tracker = Tracker::answering([Some(answer_of(200, &[("x-sentry-rate-limits", limits)], "{}"))]);
        let delivery = delivery(folder.path(), &tracker);
        let outcome = delivery.deliver(&plain_report()).await.unwrap();
        let DeliveryOutcome::Delivered { remarks: found, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(found, remarks);
        let outcome = delivery.deliver(&plain_report()).await.unwrap();
        assert!(matches!(outcome, DeliveryOutcome::Delivered { .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn of_two_that_flush_at_once_one_delivers() {
    /// Waits for its release before it answers.
    struct Slow(tokio::sync::Semaphore, Arc<Tracker>);
    impl Sender for Slow {
        fn send(&self, request: EnvelopeRequest) -> BoxFuture<'_, Result<TrackerAnswer, SendError>> {
            Box::pin(async move {
                let _permit = self.0.acquire().await?;
                self.1.send(request).await
            })
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::answering([None]);
    delivery(folder.path(), &tracker).deliver(&plain_report()).await.unwrap();

    let slow = Arc::new(Slow(tokio::sync::Semaphore::new(0), Arc::clone(&tracker)));
    let dsn = "https://key@tracker.example/42".parse().unwrap();
    let first = Delivery::new(dsn, Spool::at(folder.path()), Arc::clone(&slow) as Arc<dyn Sender>);
    let running = tokio::spawn(async move { first.flush().await.unwrap() });
    tokio::task::yield_now().await;
    let second = delivery(folder.path(), &tracker).flush().await.unwrap();
    assert_eq!((second.delivered.len(), second.elsewhere.len()), (0, 1));
    slow.0.add_permits(1);
    assert_eq!(running.await.unwrap().delivered.len(), 1);
    assert_eq!(tracker.sent().len(), 2);
}

#[tokio::test]
async fn a_full_spool_hands_the_report_back_and_names_the_oldest() {
    let folder = tempfile::tempdir().unwrap();
    let refused = (0..=MAX_SPOOLED_REPORTS).map(|_| None);
    let tracker = Tracker::answering(refused);
    let delivery = delivery(folder.path(), &tracker);
    for _ in 0..MAX_SPOOLED_REPORTS {
        delivery.deliver(&plain_report()).await.unwrap();
    }
    let oldest = Spool::at(folder.path()).pending().unwrap()[0].path.clone();
    let report = plain_report();
    let undelivered = delivery.deliver(&report).await.unwrap_err();
    assert_eq!(undelivered.envelope, report.envelope());
    assert!(matches!(&undelivered.spool, SpoolError::Full { oldest: named, .. } if *named == oldest));
    assert!(undelivered.spool.to_string().contains("feedback flush"));
    assert_eq!(waiting(folder.path()), MAX_SPOOLED_REPORTS, "no other report made room");

    // A tracker that says yes needs no spool.
    let outcome = delivery.deliver(&plain_report()).await.unwrap();
    assert!(matches!(outcome, DeliveryOutcome::Delivered { .. }), "{outcome:?}");
    assert_eq!(delivery.flush().await.unwrap().delivered.len(), MAX_SPOOLED_REPORTS);
}

#[tokio::test]
async fn a_spool_that_cannot_be_written_hands_the_report_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let report = plain_report();
    let undelivered = delivery(&file, &Tracker::answering([None])).deliver(&report).await.unwrap_err();
    assert_eq!(undelivered.envelope, report.envelope());
    assert!(matches!(undelivered.spool, SpoolError::Write { .. }));
    assert!(matches!(undelivered.refusal, Refusal::NotSent(_)));
}

#[tokio::test]
async fn foreign_files_in_the_spool_stay_and_stop_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let tracker = Tracker::answering([None]);
    let delivery = delivery(folder.path(), &tracker);
    delivery.deliver(&plain_report()).await.unwrap();
    let of_tracker = of_tracker(folder.path());
    fs::write(of_tracker.join("0.envelope"), "no envelope").unwrap();
    fs::write(of_tracker.join("note.txt"), "mine").unwrap();
    fs::write(of_tracker.join("hold"), "tomorrow").unwrap();
    let flushed = delivery.flush().await.unwrap();
    assert_eq!(flushed.delivered.len(), 1);
    assert!(matches!(flushed.kept[0].1, Refusal::Invalid(_)));
    assert!(of_tracker.join("0.refused").exists() && of_tracker.join("note.txt").exists());
    assert!(delivery.flush().await.unwrap().kept.is_empty(), "it is tried once");
}

#[cfg(unix)]
#[tokio::test]
async fn waiting_reports_are_readable_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    delivery(&spool, &Tracker::answering([None])).deliver(&plain_report()).await.unwrap();
    let path = &Spool::at(&spool).pending().unwrap()[0].path;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    for folder in [&spool, &of_tracker(&spool)] {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[tokio::test]
async fn the_spool_is_bounded_in_bytes_too() {
    let folder = tempfile::tempdir().unwrap();
    fs::File::create(folder.path().join("1.envelope")).unwrap().set_len(MAX_SPOOL_BYTES).unwrap();
    let tracker = Tracker::answering([None]);
    let undelivered = delivery(folder.path(), &tracker).deliver(&plain_report()).await.unwrap_err();
    assert!(matches!(undelivered.spool, SpoolError::Full { reports: 1, bytes: MAX_SPOOL_BYTES, .. }));
    assert!(undelivered.spool.to_string().starts_with("1 report of "), "{}", undelivered.spool);
}
