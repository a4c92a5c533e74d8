//! `--record`: what goes over the wire, in a file.

use std::{path::Path, sync::Arc};

use codex_client::{HttpTransport, WebSocketTransport};
use codex_core::{RecordError, Recorder, RecordingCut, RecordingSummary};

use crate::{error_text, terminal::Status};

pub(super) struct Recording(Recorder);

impl Recording {
    pub(super) fn start(file: &Path) -> Result<Self, RecordError> {
        Recorder::create(file).map(Self)
    }

    pub(super) fn http(&self, transport: Arc<dyn HttpTransport>) -> Arc<dyn HttpTransport> {
        self.0.http(transport)
    }

    pub(super) fn websocket(&self, transport: Arc<dyn WebSocketTransport>) -> Arc<dyn WebSocketTransport> {
        self.0.websocket(transport)
    }

    /// Writes the rest, and tells where it is. What went wrong fails nothing: the run itself is over.
    pub(super) fn end(self, status: &Status) {
        match self.0.finish() {
            Ok(summary) => tell(&summary, status),
            Err(error) => status.warning(error_text::with_causes(&error)),
        }
    }
}

fn tell(summary: &RecordingSummary, status: &Status) {
    let RecordingSummary { path, exchanges, cut, .. } = summary;
    let path = path.display();
    if *exchanges == 0 {
        status.note(format_args!("nothing was asked for, so nothing is recorded in {path}"));
        return;
    }
    let plural = if *exchanges == 1 { "" } else { "s" };
    status.note(format_args!(
        "recorded {exchanges} exchange{plural} in {path}; it holds prompts and answers, but no keys and tokens"
    ));
    let why = match cut {
        None => return,
        Some(RecordingCut::FileLimit) => "it reached its largest size",
        Some(_) => "the file was slower than the exchange",
    };
    status.warning(format_args!("the recording {path} is not whole: {why}"));
}
