//! The tags of a bug report, kept up to date event by event.

use std::collections::BTreeMap;

use crate::{
    AuthRecovery, ErrorClass, Event, Field, FieldValue, Outcome, RequestContext, StreamEnded,
    visit::{visit_attempt, visit_evidence, visit_follow_up, visit_recovery},
};

/// The tags that a bug report carries about auth: the latest attempt, the latest 401, and the recovery between them.
///
/// An absent fact is an absent tag. How long a tag lives depends on its family:
///
/// | family | set by | lives until |
/// | --- | --- | --- |
/// | of an attempt ([`Field::attempt_tag`]) | every HTTP attempt, WebSocket handshake and WebSocket request; a stream that ended with a 401, which is news of the attempt whose answer it was | the next of these, which replaces them all |
/// | of a 401 ([`Field::unauthorized_tag`]) | every unauthorized answer, then the step of recovery that handles it | the next 401, which replaces them all; a success does not touch them |
///
/// `auth_recovery_mode` and `auth_recovery_phase` stand in both families: a step of recovery sets them, and the attempt
/// after it repeats them. An attempt that follows no recovery removes them, since all tags of an attempt are replaced
/// together. `auth_recovery_outcome` belongs to the 401 alone: it goes on saying what recovery made of the 401 that the
/// `auth_401_*` tags preserve. A new 401 removes it, for its own recovery has not run yet.
///
/// The follow-up tags belong to the attempt alone. A step of recovery leaves them as they are: when the retry was
/// refused too and no step is left, "the retry failed with 401" is the very fact that the report has to keep.
///
/// ```
/// use codex_observe::{ApiRequest, AttemptError, AuthAttachment, AuthMode, Endpoint, Event, Outcome, RequestContext, TagSet};
/// use std::time::Duration;
///
/// let attached = AuthAttachment::attached(AuthMode::ApiKey, "authorization");
/// let context = RequestContext::new(Endpoint::RESPONSES, 1, attached);
/// let refused = Outcome::after(Duration::from_millis(40)).status(401).error(AttemptError::http(401));
///
/// let mut tags = TagSet::new();
/// tags.apply(&Event::ApiRequest(ApiRequest::new(context, refused)));
/// assert_eq!(tags.get("auth_header_attached"), Some("true"));
/// assert_eq!(tags.get("auth_request_id"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagSet(BTreeMap<&'static str, String>);

impl TagSet {
    /// No tags yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what happened. At most one tag for each field of the table is kept, each as long as its fact.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::ApiRequest(attempt) => self.attempt(&attempt.context, &attempt.outcome),
            Event::WebsocketConnect(attempt) => {
                self.attempt(&attempt.context, &attempt.outcome);
                self.keep(Field::attempt_tag)(Field::ConnectionReused, FieldValue::Bool(false));
            }
            Event::WebsocketRequest(request) => self.sent(&request.context, &request.outcome),
            Event::StreamEnded(ended) if ended.outcome.is_unauthorized() => {
                self.attempt(&ended.context, &ended.outcome);
            }
            Event::StreamEnded(ended) if is_over_websocket(&ended.context) => self.answered(ended),
            Event::AuthRecovery(recovery) => self.recovery(recovery),
            Event::StreamEnded(_) | Event::TransportFallback(_) => {}
        }
    }

    /// The value of one tag.
    pub fn get(&self, tag: &str) -> Option<&str> {
        self.0.get(tag).map(String::as_str)
    }

    /// All tags with their values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(tag, value)| (*tag, value.as_str()))
    }

    /// How many tags have a value.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn attempt(&mut self, context: &RequestContext, outcome: &Outcome) {
        self.forget(Field::attempt_tag);
        if outcome.is_unauthorized() {
            self.forget(Field::unauthorized_tag);
            visit_evidence(&outcome.evidence, &mut self.keep(Field::unauthorized_tag));
        }
        visit_attempt(context, outcome, &mut self.keep(Field::attempt_tag));
        if context.follow_up.is_some() {
            visit_follow_up(outcome, &mut self.keep(Field::attempt_tag));
        }
    }

    /// A message that went out on a WebSocket is not answered yet: how the request after a recovery went is known once its
    /// stream has ended.
    fn sent(&mut self, context: &RequestContext, outcome: &Outcome) {
        self.attempt(context, outcome);
        if outcome.is_success() {
            self.remove(Field::FollowUpSuccess);
            self.remove(Field::FollowUpStatus);
        }
    }

    /// A stream over a WebSocket that ended, other than with a 401. One that its reader gave up proves nothing.
    fn answered(&mut self, ended: &StreamEnded) {
        let given_up =
            ended.outcome.error.as_ref().is_some_and(|error| error.class() == ErrorClass::Cancelled);
        if ended.context.follow_up.is_some() && !given_up {
            // The status of the stream is that of the handshake, which is no answer.
            let mut answer = ended.outcome.clone();
            answer.status = None;
            visit_follow_up(&answer, &mut self.keep(Field::attempt_tag));
        }
    }

    fn remove(&mut self, field: Field) {
        if let Some(tag) = field.attempt_tag() {
            self.0.remove(tag);
        }
    }

    fn recovery(&mut self, recovery: &AuthRecovery) {
        self.forget(Field::unauthorized_tag);
        visit_recovery(recovery, &mut self.keep(Field::unauthorized_tag));
    }

    fn forget(&mut self, family: fn(Field) -> Option<&'static str>) {
        for tag in Field::ALL.iter().filter_map(|field| family(*field)) {
            self.0.remove(tag);
        }
    }

    fn keep(&mut self, family: fn(Field) -> Option<&'static str>) -> impl FnMut(Field, FieldValue<'_>) {
        move |field, value| {
            if let Some(tag) = family(field) {
                self.0.insert(tag, value.to_string());
            }
        }
    }
}

fn is_over_websocket(context: &RequestContext) -> bool {
    context.connection_reused.is_some()
}
