//! What a stream's events add up to, for telemetry: cheap enough to be kept for every event.

use std::time::Duration;

use codex_observe::{AnswerFacts, EventCount, MAX_EVENT_KINDS, SafeText, TokenCounts};
use codex_protocol::{Response, ResponseEvent, ResponseStatus};
use tokio::time::Instant;

use crate::echoed_secrets::EchoedSecrets;

/// Kinds beyond the bound.
const OTHER: &str = "other";
/// Kinds that this version does not know.
const UNKNOWN: &str = "unknown";

/// The running account of a stream.
pub(crate) struct EventCounts {
    started: Instant,
    /// When the bytes of the current events were read. One reading of the clock serves all events of a chunk.
    read_at: Instant,
    /// The kind that came last, by its place in `facts.kinds`. Most events are of the same kind as the one before.
    last: usize,
    first_event: Option<Instant>,
    first_output: Option<Instant>,
    last_output: Option<Instant>,
    facts: AnswerFacts,
}

impl EventCounts {
    pub(crate) fn new(started: Instant) -> Self {
        Self {
            started,
            read_at: Instant::now(),
            last: 0,
            first_event: None,
            first_output: None,
            last_output: None,
            facts: AnswerFacts::default(),
        }
    }

    /// Bytes came.
    pub(crate) fn read(&mut self) {
        self.read_at = Instant::now();
    }

    pub(crate) fn count(&mut self, event: &ResponseEvent, is_output: bool) {
        // Names that a server makes up would have no bound.
        let kind = if matches!(event, ResponseEvent::Unknown { .. }) { UNKNOWN } else { event.kind() };
        match self.facts.kinds.get_mut(self.last) {
            Some(last) if &*last.kind == kind => last.count += 1,
            _ => self.count_other(kind),
        }
        if self.first_event.is_none() {
            self.first_event = Some(self.read_at);
        }
        if is_output {
            self.facts.output_events += 1;
            self.first_output.get_or_insert(self.read_at);
            self.last_output = Some(self.read_at);
        }
    }

    /// A kind that is not the one before.
    fn count_other(&mut self, kind: &str) {
        let kinds = &mut self.facts.kinds;
        let full = kinds.len() + 1 >= MAX_EVENT_KINDS;
        let place = |kinds: &[EventCount], kind: &str| kinds.iter().position(|known| &*known.kind == kind);
        let found = place(kinds, kind).or_else(|| if full { place(kinds, OTHER) } else { None });
        match found {
            Some(at) => {
                self.last = at;
                kinds[at].count += 1;
            }
            None => {
                self.last = kinds.len();
                kinds.push(EventCount::first(if full { OTHER } else { kind }));
            }
        }
    }

    /// What the terminal event says.
    pub(crate) fn learn(&mut self, response: &Response) {
        self.facts.response_id = Some(SafeText::new(&response.id));
        self.facts.model = response.model.as_deref().map(SafeText::new);
        self.facts.service_tier = response.service_tier.as_ref().map(|tier| SafeText::new(tier.as_str()));
        self.facts.finish_reason = response.status.as_ref().and_then(finish_reason);
        self.facts.usage = response.usage.map(|usage| {
            let mut counts = TokenCounts::default();
            counts.input = usage.input_tokens;
            counts.cached_input = usage.cached_input_tokens;
            counts.output = usage.output_tokens;
            counts.reasoning_output = usage.reasoning_output_tokens;
            counts.total = usage.total_tokens;
            counts
        });
    }

    /// The account, without what the answer echoed of the request's credentials.
    pub(crate) fn take(&mut self, secrets: &EchoedSecrets) -> AnswerFacts {
        let since = |at: Option<Instant>| -> Option<Duration> { Some(at?.duration_since(self.started)) };
        let (first, first_output, last_output) =
            (since(self.first_event), since(self.first_output), since(self.last_output));
        let mut facts = std::mem::take(&mut self.facts);
        (facts.first_event, facts.first_output, facts.last_output) = (first, first_output, last_output);
        let AnswerFacts { response_id, model, service_tier, .. } = &mut facts;
        for word in [response_id, model, service_tier].into_iter().flatten() {
            *word = secrets.checked(word);
        }
        facts
    }
}

fn finish_reason(status: &ResponseStatus) -> Option<&'static str> {
    Some(match status {
        ResponseStatus::Completed => "completed",
        ResponseStatus::Incomplete => "incomplete",
        ResponseStatus::Failed => "failed",
        ResponseStatus::Cancelled => "cancelled",
        _ => return None,
    })
}
