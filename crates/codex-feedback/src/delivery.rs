//! From a report to the tracker's yes.

use std::{path::PathBuf, sync::Arc, time::SystemTime};

use codex_observe::rfc3339_millis;

use crate::{
    Dsn, Envelope, EnvelopeRequest, EventId, Refusal, Report, Sender, Spool, SpoolError, SpooledReport,
    SpooledState,
    refusal::judge,
    spool::{Claim, TrackerSpool},
    tracker_limits::{Waits, waits},
};

/// Delivers reports, each once: what the tracker does not take waits in the spool, for this
/// tracker alone.
///
/// A report is on disk before it is sent and leaves the disk after the tracker took it, so that no kill in between loses
/// it. Files are read and written on the calling task.
///
/// ```
/// # use codex_feedback::*;
/// # use std::sync::Arc;
/// # struct Offline;
/// # impl Sender for Offline {
/// #     fn send(&self, _: EnvelopeRequest) -> BoxFuture<'_, Result<TrackerAnswer, SendError>> {
/// #         Box::pin(async { Err("offline".into()) })
/// #     }
/// # }
/// # let folder = tempfile::tempdir()?;
/// # let report = Report::build(
/// #     LoadedRuns::default(),
/// #     ReportRequest::new(Classification::Bug, Environment::collect("1.2.3", |_| None)),
/// #     &Redactor::new(),
/// # );
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let delivery = Delivery::new("https://key@tracker.example/42".parse()?, Spool::at(folder.path()), Arc::new(Offline));
/// match delivery.deliver(&report).await? {
///     DeliveryOutcome::Delivered { event_id, .. } => println!("{event_id}"),
///     DeliveryOutcome::Spooled { path, refusal, .. } => println!("kept in {}: {refusal}", path.display()),
///     _ => {}
/// }
/// assert_eq!(delivery.flush().await?.kept.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Delivery {
    dsn: Dsn,
    spool: TrackerSpool,
    sender: Arc<dyn Sender>,
    clock: fn() -> SystemTime,
}

/// What became of a report.
#[derive(Debug)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// The tracker took it.
    Delivered {
        /// Its name there.
        event_id: EventId,
        /// What else there is to say.
        remarks: Vec<Remark>,
    },
    /// It is kept: it waits, or where the refusal [is permanent](Refusal::is_permanent), is set aside.
    Spooled {
        /// Its name at the tracker, once it is there.
        event_id: EventId,
        /// Where it is.
        path: PathBuf,
        /// Why.
        refusal: Refusal,
    },
}

/// What there is to say about a report that the tracker took.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// The tracker takes no attachments for now, and may have dropped those of this report.
    AttachmentsLimited,
    /// The file of the delivered report could not be removed; it would be sent again, under the same name.
    FileRemains(PathBuf),
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AttachmentsLimited => f.write_str(
                "the tracker takes no attachments for now, and may have dropped those of this report",
            ),
            Self::FileRemains(path) => {
                write!(f, "the delivered report could not be removed: {}", path.display())
            }
        }
    }
}

/// What became of the reports that waited.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FlushOutcome {
    /// Those that the tracker took.
    pub delivered: Vec<EventId>,
    /// Those that it did not, with the reason; they wait on, or are set aside where the refusal is permanent.
    pub kept: Vec<(SpooledReport, Refusal)>,
    /// Those that were not tried after a failure that concerns all.
    pub not_tried: Vec<SpooledReport>,
    /// Those that another process is delivering.
    pub elsewhere: Vec<SpooledReport>,
    /// What else there is to say.
    pub remarks: Vec<Remark>,
}

/// A report that is neither at the tracker nor on disk. Nothing is lost yet: it is handed back.
#[derive(Debug, thiserror::Error)]
#[error("the report was neither delivered ({refusal}) nor kept; write it to a file of your choice")]
#[non_exhaustive]
pub struct Undelivered {
    /// The report, as it would be sent.
    pub envelope: Envelope,
    /// Why the tracker does not have it.
    pub refusal: Refusal,
    /// Why it is not on disk.
    #[source]
    pub spool: SpoolError,
}

impl Delivery {
    /// Delivers to `dsn`, over `sender`.
    pub fn new(dsn: Dsn, spool: Spool, sender: Arc<dyn Sender>) -> Self {
        Self::with_clock(dsn, spool, sender, SystemTime::now)
    }

    /// The same, with another clock.
    pub fn with_clock(dsn: Dsn, spool: Spool, sender: Arc<dyn Sender>, clock: fn() -> SystemTime) -> Self {
        let spool = spool.into_tracker_spool(&dsn);
        Self { dsn, spool, sender, clock }
    }

    /// Where this report is kept while it is on its way, and as long as it waits.
    pub fn path_of(&self, event_id: EventId) -> PathBuf {
        self.spool.path_of(event_id)
    }

    /// Whether a report of the spool is for this tracker.
    pub fn is_for(&self, report: &SpooledReport) -> bool {
        self.spool.holds(report)
    }

    /// Sends a report. Those that wait are left to [`flush`](Self::flush).
    ///
    /// # Errors
    /// [`Undelivered`] when the tracker does not take it and it could not be put on disk either: it holds the report.
    pub async fn deliver(&self, report: &Report) -> Result<DeliveryOutcome, Box<Undelivered>> {
        let envelope = report.envelope();
        let event_id = envelope.event_id();
        let kept = self.spool.keep(&envelope);
        match (self.send(&envelope).await, kept) {
            (Ok(mut remarks), kept) => {
                remarks.extend(kept.ok().and_then(removed));
                Ok(DeliveryOutcome::Delivered { event_id, remarks })
            }
            (Err(refusal), Ok(claim)) => {
                let path = if refusal.is_permanent() { claim.set_aside() } else { claim.path().to_owned() };
                Ok(DeliveryOutcome::Spooled { event_id, path, refusal })
            }
            (Err(refusal), Err(spool)) => Err(Box::new(Undelivered { envelope, refusal, spool })),
        }
    }

    /// Sends the reports that wait for this tracker, oldest first, each once. A failure that concerns all ends it.
    ///
    /// # Errors
    /// [`SpoolError`] when the spool cannot be read.
    pub async fn flush(&self) -> Result<FlushOutcome, SpoolError> {
        Ok(self.send_all(self.spool.reports(SpooledState::Waiting)?).await)
    }

    /// The same, and once more those that the tracker had refused for good.
    ///
    /// # Errors
    /// [`SpoolError`] when the spool cannot be read.
    pub async fn flush_with_refused(&self) -> Result<FlushOutcome, SpoolError> {
        let mut reports = self.spool.reports(SpooledState::Waiting)?;
        reports.extend(self.spool.reports(SpooledState::Refused)?);
        Ok(self.send_all(reports).await)
    }

    async fn send_all(&self, reports: Vec<SpooledReport>) -> FlushOutcome {
        let mut outcome = FlushOutcome::default();
        let mut reports = reports.into_iter();
        for mut report in reports.by_ref() {
            let refusal = match Claim::of(&report.path) {
                Ok(Some(claim)) => self.deliver_claimed(claim, &mut outcome).await,
                Ok(None) => {
                    outcome.elsewhere.push(report);
                    continue;
                }
                Err(error) => Some(Refusal::Unreadable(error)),
            };
            let Some(refusal) = refusal else { continue };
            if refusal.is_permanent() {
                report.path = self.spool.set_aside(&report);
                report.state = SpooledState::Refused;
            }
            let ends = refusal.concerns_all();
            outcome.kept.push((report, refusal));
            if ends {
                break;
            }
        }
        outcome.not_tried = reports.collect();
        outcome
    }

    async fn deliver_claimed(&self, claim: Claim, outcome: &mut FlushOutcome) -> Option<Refusal> {
        let envelope = match claim
            .read()
            .map_err(Refusal::Unreadable)
            .and_then(|bytes| Envelope::from_stored(&bytes).map_err(Refusal::Invalid))
        {
            Ok(envelope) => envelope,
            Err(refusal) => return Some(refusal),
        };
        match self.send(&envelope).await {
            Ok(remarks) => {
                outcome.delivered.push(envelope.event_id());
                outcome.remarks.extend(remarks);
                outcome.remarks.extend(removed(claim));
                None
            }
            Err(refusal) => Some(refusal),
        }
    }

    /// Sends one envelope; `Ok` only when the tracker took it.
    async fn send(&self, envelope: &Envelope) -> Result<Vec<Remark>, Refusal> {
        let now = (self.clock)();
        if let Some(until) = self.spool.held_until(now) {
            return Err(Refusal::HeldBack { until });
        }
        let body = envelope.sent_at(now);
        let bytes = body.len();
        let headers = vec![
            ("content-type", Envelope::CONTENT_TYPE.to_owned()),
            ("x-sentry-auth", self.dsn.auth_header()),
        ];
        let request = EnvelopeRequest { url: self.dsn.endpoint(), headers, body };
        let answer = self.sender.send(request).await.map_err(Refusal::without_answer)?;
        let now = (self.clock)();
        let Waits { reports, attachments } = waits(&answer, now);
        if let Some(until) = reports.and_then(|wait| now.checked_add(wait)) {
            tracing::info!(until = rfc3339_millis(until), "the tracker asks for time");
            self.spool.hold(until);
        }
        judge(&answer, envelope.event_id(), bytes, now)?;
        Ok(attachments.map(|_| Remark::AttachmentsLimited).into_iter().collect())
    }
}

fn removed(claim: Claim) -> Option<Remark> {
    let path = claim.path().to_owned();
    claim.remove().err().map(|_stays| Remark::FileRemains(path))
}
