//! A stored response's events to the end, over as many connections as it takes.

use std::time::Duration;

use codex_protocol::{ResponseEvent, RetrieveQuery};

use crate::{
    endpoint::stored_responses::StoredResponsesClient,
    error::{ApiError, RetryAdvice},
    stream::ResponseStream,
};

/// The events of a response that the service stores, resumed after a cut: none is lost, none comes twice.
///
/// Needs a response that was asked for with `background` (or is stored), and a server that numbers its events.
#[derive(Debug)]
pub struct ResumingStream {
    stored: StoredResponsesClient,
    id: Option<String>,
    /// Number of the last event given.
    last: Option<u64>,
    /// The same when the present connection was opened: what it repeats up to there was given before.
    given_before: Option<u64>,
    stream: Option<ResponseStream>,
    /// Breaks since the last event that came.
    breaks: u32,
    /// How often it was taken up again, in all.
    resumed: u32,
    ended: bool,
}

impl ResumingStream {
    pub(crate) fn of_response(
        stored: StoredResponsesClient,
        id: String,
        starting_after: Option<u64>,
    ) -> Self {
        Self {
            stored,
            id: Some(id),
            last: starting_after,
            given_before: starting_after,
            stream: None,
            breaks: 0,
            resumed: 0,
            ended: false,
        }
    }

    /// Goes on from a stream that has just been opened; the id is learnt from its first event.
    pub fn of_stream(stored: StoredResponsesClient, stream: ResponseStream) -> Self {
        Self {
            stored,
            id: None,
            last: None,
            given_before: None,
            stream: Some(stream),
            breaks: 0,
            resumed: 0,
            ended: false,
        }
    }

    /// The next event; `None` after the terminal one or an error.
    ///
    /// # Errors
    /// What the service reported, and what broke the stream once the retries of the provider's policy are used up
    /// without a single event in between, or when it cannot be resumed: it has no id yet, or its events no numbers.
    pub async fn next(&mut self) -> Option<Result<ResponseEvent, ApiError>> {
        while !self.ended {
            let event = match &mut self.stream {
                Some(stream) => stream.next().await,
                None => match self.open().await {
                    Ok(()) => continue,
                    Err(error) => Some(Err(error)),
                },
            };
            match event {
                Some(Ok(event)) if self.is_new(&event) => return Some(Ok(event)),
                Some(Ok(_given_before)) => {}
                Some(Err(error)) => match self.wait_before_resuming(&error) {
                    Some(delay) => {
                        self.stream = None;
                        tokio::time::sleep(delay).await;
                    }
                    None => {
                        self.ended = true;
                        return Some(Err(error));
                    }
                },
                None => self.ended = true,
            }
        }
        None
    }

    /// The JSON text of the event given last; see [`ResponseStream::last_raw`].
    pub fn last_raw(&self) -> Option<&str> {
        self.stream.as_ref()?.last_raw()
    }

    /// Number of the last event given: where another process can resume.
    pub fn last_sequence_number(&self) -> Option<u64> {
        self.last
    }

    /// How often the stream was taken up again.
    pub fn resumed(&self) -> u32 {
        self.resumed
    }

    async fn open(&mut self) -> Result<(), ApiError> {
        let query = match self.last {
            Some(last) => RetrieveQuery::resume(last),
            None => RetrieveQuery { stream: true, ..RetrieveQuery::default() },
        };
        self.given_before = self.last;
        let id = self.id.as_deref().unwrap_or_default();
        self.stream = Some(self.stored.stream(id, &query).await?);
        Ok(())
    }

    /// Keeps account; `false` for an event that was given before.
    fn is_new(&mut self, event: &ResponseEvent) -> bool {
        if let ResponseEvent::Created(state)
        | ResponseEvent::Queued(state)
        | ResponseEvent::InProgress(state) = event
        {
            self.id.get_or_insert_with(|| state.response.id.clone());
        }
        if let Some(number) = event.sequence_number() {
            // Some servers give all events one number: within a connection the order of arrival is the order.
            if self.given_before.is_some_and(|last| number <= last) && !event.is_terminal() {
                return false;
            }
            self.last = self.last.max(Some(number));
            self.breaks = 0;
        }
        true
    }

    fn wait_before_resuming(&mut self, error: &ApiError) -> Option<Duration> {
        let policy = self.stored.retry_policy();
        let resumable = self.id.is_some() && (self.last.is_some() || !error.output_started());
        // A request that failed before its stream has used up the retries of that request.
        let broke = error.context().stream.is_some();
        if !resumable || !broke || self.breaks >= policy.max_retries {
            return None;
        }
        let delay = match error.retry_advice() {
            RetryAdvice::Retry => policy.backoff.delay(self.breaks + 1, fastrand::f64()),
            RetryAdvice::RetryAfter(delay) if delay <= policy.max_server_delay => delay,
            _ => return None,
        };
        self.breaks += 1;
        self.resumed += 1;
        Some(delay)
    }
}
