//! Ladder: fake transport. How long a report is waited for.

use std::{
    future,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use codex_client::{HttpResponse, HttpTransport, Request, TransportError};
use codex_feedback::{
    Classification, Delivery, DeliveryOutcome, Environment, LoadedRuns, Redactor, Refusal, Report,
    ReportRequest, Spool,
};

use super::{ReportSender, time_for};

const MIB: usize = 1024 * 1024;

#[test]
fn the_time_grows_with_the_report_up_to_a_bound() {
    for (bytes, seconds) in [
        (0, 10),
        (256 * 1024, 11),
        (MIB, 14),
        (48 * MIB, 202),
        (72 * MIB + MIB / 2, 300),
        (200 * MIB, 300),
        (usize::MAX, 300),
    ] {
        assert_eq!(time_for(bytes), Duration::from_secs(seconds), "{bytes}");
    }
}

/// Never answers; keeps the limit that a request was sent with.
#[derive(Default)]
struct Silent(Mutex<Option<Duration>>);

impl HttpTransport for Silent {
    fn send(&self, request: Request) -> codex_client::BoxFuture<'_, Result<HttpResponse, TransportError>> {
        *self.0.lock().unwrap() = request.timeouts.head;
        Box::pin(future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_report_has_the_time_it_needs_and_no_answer_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.bin");
    std::fs::write(&file, Bytes::from(vec![0; 4 * MIB])).unwrap();
    let mut request = ReportRequest::new(Classification::Bug, Environment::default());
    request.attachments = vec![file];
    let report = Report::build(LoadedRuns::default(), request, &Redactor::new());
    let transport = Arc::new(Silent::default());
    let sender = ReportSender::new(Arc::clone(&transport) as Arc<dyn HttpTransport>);
    let dsn = "https://key@tracker.example/1".parse().unwrap();
    let delivery = Delivery::new(dsn, Spool::at(folder.path().join("spool")), Arc::new(sender));

    let begun = tokio::time::Instant::now();
    let outcome = delivery.deliver(&report).await.unwrap();
    let DeliveryOutcome::Spooled { refusal, .. } = outcome else { panic!("{outcome:?}") };
    let Refusal::NoAnswer { within } = refusal else { panic!("{refusal:?}") };
    assert!(within > Duration::from_secs(26) && within < Duration::from_secs(27), "{within:?}");
    assert_eq!(*transport.0.lock().unwrap(), Some(within), "the transport has the same time");
    assert!(begun.elapsed() >= within);
}
