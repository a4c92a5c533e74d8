//! Which events belong together: the attempts of one call and the recovery between them.

use std::collections::HashMap;

use super::attempt::Attempt;
use crate::{AuthRecovery, Endpoint, ErrorClass, Event, FollowUp, OperationId};

/// One call: its attempts and steps of recovery, in order.
///
/// A 401 inside the stream of a WebSocket is followed by a new handshake, which is a call of its own: it is told in the
/// same story, because it says which step of recovery it follows.
pub(super) struct Story<'h> {
    pub(super) endpoint: Endpoint,
    steps: Vec<Step<'h>>,
}

enum Step<'h> {
    Attempt(Attempt<'h>),
    Recovery { at: usize, fact: &'h AuthRecovery },
}

/// Sorts events, given in order, into stories.
pub(super) fn stories<'h>(events: impl Iterator<Item = &'h Event>) -> Vec<Story<'h>> {
    let mut stories: Vec<Story<'h>> = Vec::new();
    let mut known: HashMap<(OperationId, Endpoint), usize> = HashMap::new();
    for (at, event) in events.enumerate() {
        let (operation, endpoint, follow_up, step) = if let Event::AuthRecovery(fact) = event {
            (fact.operation, fact.endpoint, None, Step::Recovery { at, fact })
        } else if let Some(attempt) = Attempt::of(at, event) {
            let context = attempt.context;
            (context.operation, context.endpoint, context.follow_up, Step::Attempt(attempt))
        } else {
            continue;
        };
        let index = *known.entry((operation, endpoint)).or_insert_with(|| {
            let followed = follow_up.and_then(|follow_up| {
                stories.iter().rposition(|story| story.endpoint == endpoint && story.awaits(follow_up))
            });
            followed.unwrap_or_else(|| {
                stories.push(Story { endpoint, steps: Vec::new() });
                stories.len() - 1
            })
        });
        if let Some(story) = stories.get_mut(index) {
            story.steps.push(step);
        }
    }
    stories
}

impl<'h> Story<'h> {
    pub(super) fn first(&self) -> Option<&Attempt<'h>> {
        self.attempts().next()
    }

    /// Whether its last attempt worked, those that were given up aside.
    pub(super) fn worked(&self) -> bool {
        self.attempts().rfind(|attempt| !attempt.is_given_up()).is_some_and(|it| it.outcome.is_success())
    }

    /// The failure that explains the story: the last one, or the one before when the last only says that the retries
    /// were spent.
    pub(super) fn last_failure(&self) -> Option<&Attempt<'h>> {
        let failures = || self.attempts().filter(|it| !it.outcome.is_success() && !it.is_given_up());
        failures().rfind(|it| it.class() != Some(ErrorClass::RetryLimit)).or_else(|| failures().next_back())
    }

    /// The step of recovery that handled the failure of `attempt`, as far as it is recorded.
    pub(super) fn recovery_after(&self, attempt: &Attempt<'_>) -> Option<&'h AuthRecovery> {
        self.recoveries().find(|(at, _)| *at > attempt.at).map(|(_, fact)| fact)
    }

    /// The last step that gave reason for another attempt, before `attempt`.
    pub(super) fn success_before(&self, attempt: &Attempt<'_>) -> Option<&'h AuthRecovery> {
        let mut before =
            self.recoveries().filter(|(at, fact)| *at < attempt.at && fact.step.follow_up().is_some());
        before.next_back().map(|(_, fact)| fact)
    }

    fn awaits(&self, follow_up: FollowUp) -> bool {
        matches!(self.steps.last(), Some(Step::Recovery { fact, .. }) if fact.step.follow_up() == Some(follow_up))
    }

    fn attempts(&self) -> impl DoubleEndedIterator<Item = &Attempt<'h>> {
        self.steps.iter().filter_map(|step| match step {
            Step::Attempt(attempt) => Some(attempt),
            Step::Recovery { .. } => None,
        })
    }

    fn recoveries(&self) -> impl DoubleEndedIterator<Item = (usize, &'h AuthRecovery)> {
        self.steps.iter().filter_map(|step| match step {
            Step::Recovery { at, fact } => Some((*at, *fact)),
            Step::Attempt(_) => None,
        })
    }
}
