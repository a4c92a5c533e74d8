//! Step 5 of the pipeline: what is known of an attempt once it is over.

use std::time::SystemTime;

use codex_client::ResponseHead;
use codex_observe::Outcome;
use tokio::time::Instant;

use crate::{
    answer::{self, Failed},
    error_context::{AnsweredAt, ErrorContext},
    head_facts,
};

/// Step 5: what came of an attempt.
pub(crate) fn outcome(sent: Instant, call: &ErrorContext, failed: Option<&Failed>) -> Outcome {
    let mut outcome = Outcome::after(sent.elapsed());
    outcome.status = call.status;
    outcome.evidence = call.evidence.clone();
    outcome.error = failed.map(|failed| answer::attempt_error(&failed.kind, call.status));
    outcome
}

/// When an answer came, by the service's clock and by ours.
pub(crate) fn answered_at<B>(
    result: &Result<(ResponseHead, B), Failed>,
    now: fn() -> SystemTime,
) -> Option<AnsweredAt> {
    let head = match result {
        Ok((head, _)) => head,
        Err(failed) => failed.head.as_ref()?,
    };
    Some(AnsweredAt { service: head.date()?, here: now() })
}

impl ErrorContext {
    /// Keeps what an attempt's answer told.
    pub(crate) fn learn<B>(&mut self, result: &Result<(ResponseHead, B), Failed>) {
        match result {
            Ok((head, _)) => {
                self.status = Some(head.status.as_u16());
                self.evidence = self.secrets.checked_evidence(answer::evidence(head));
            }
            Err(failed) => {
                self.status = failed.status();
                self.evidence = self.secrets.checked_evidence(failed.evidence());
                if let Some(head) = &failed.head {
                    self.learn_limits(&head_facts::limit_headers(head));
                }
            }
        }
    }
}
