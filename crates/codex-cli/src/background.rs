//! A response that goes on in the service, whether or not anybody listens.

use codex_api::{ApiError, ApiErrorKind, ResponseEvent, ResumingStream};

use crate::terminal::Status;

/// The events of such a response. Who stops listening before its end is told how to go on.
pub(crate) struct BackgroundStream {
    stream: ResumingStream,
    id: Option<String>,
    /// Flags of the connection that have to be given again.
    flags: String,
    resumed: u32,
    over: bool,
    status: Status,
}

impl BackgroundStream {
    /// Of a response that was just asked for; its id is told as soon as it is known. `flags` lead to the same provider.
    pub(crate) fn new(stream: ResumingStream, flags: String, status: Status) -> Self {
        Self { stream, id: None, flags, resumed: 0, over: false, status }
    }

    /// Of a response whose id the user knows.
    pub(crate) fn of_response(stream: ResumingStream, id: &str, flags: String, status: Status) -> Self {
        let mut background = Self::new(stream, flags, status);
        background.id = Some(id.to_owned());
        background
    }

    pub(crate) async fn next(&mut self) -> Option<Result<ResponseEvent, ApiError>> {
        let event = self.stream.next().await;
        if self.stream.resumed() > self.resumed {
            self.resumed = self.stream.resumed();
            self.status.detail(format_args!("the stream was cut and resumed ({} so far)", self.resumed));
        }
        match &event {
            Some(Ok(event)) => {
                self.learn_id(event);
                self.over |= event.is_terminal();
            }
            Some(Err(error)) => self.over |= !is_cut(error),
            None => self.over = true,
        }
        event
    }

    pub(crate) fn last_raw(&self) -> Option<&str> {
        self.stream.last_raw()
    }

    fn learn_id(&mut self, event: &ResponseEvent) {
        if let (None, ResponseEvent::Created(state) | ResponseEvent::Queued(state)) = (&self.id, event) {
            let id = state.response.id.clone();
            self.status.note(format_args!("response {id} runs in the background"));
            self.id = Some(id);
        }
    }
}

impl Drop for BackgroundStream {
    fn drop(&mut self) {
        if let (false, Some(id)) = (self.over, &self.id) {
            let after = self.stream.last_sequence_number();
            let after = after.map_or_else(String::new, |number| format!(" --after {number}"));
            let flags = &self.flags;
            self.status.note(format_args!(
                "the response goes on; see the rest with `codex-api responses resume {id}{after}{flags}`, \
                 stop it with `codex-api responses cancel {id}{flags}`"
            ));
        }
    }
}

/// Whether the connection broke, and not the response.
fn is_cut(error: &ApiError) -> bool {
    matches!(error.kind(), ApiErrorKind::Transport(_) | ApiErrorKind::Stream(_))
}
