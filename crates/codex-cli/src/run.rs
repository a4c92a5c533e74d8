//! One run of the command: what is kept of it for a bug report, what is told a collector, what is recorded.

mod end;
mod keeper;
mod recording;
mod secrets;
mod telemetry;
mod telemetry_complaint;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codex_api::RateLimitSnapshot;
use codex_client::{HttpTransport, WebSocketTransport};
use codex_core::Environment;
use codex_feedback::{EventId, LogRing};
use codex_observe::{Circumstances, Observers, SessionFacts};
use codex_otel::{OtelConfig, UserPrompt};

pub(crate) use secrets::{RedactedAuth, of_login_file};
pub(crate) use telemetry_complaint::Complaint;

use crate::{args::Command, error_text, failure::Failure, login::LoginInUse, terminal::Status};
use keeper::Keeper;
use recording::Recording;
use telemetry::RunTelemetry;

/// What is known about a run while it lasts, and what listens to it. Clones share it.
#[derive(Clone)]
pub(crate) struct Run(Arc<Shared>);

struct Shared {
    /// What is run, without its arguments.
    command: &'static str,
    /// Names the conversation to the service, to the collector and in reports.
    conversation_id: String,
    status: Status,
    /// The login that requests go out with.
    login: LoginInUse,
    /// `None`: nothing is kept for a report.
    keeper: Option<Keeper>,
    complaint: Complaint,
    circumstances: Mutex<Circumstances>,
    telemetry: Mutex<Option<RunTelemetry>>,
    recording: Mutex<Option<Recording>>,
    /// Whether the run has been put on disk, once it has ended.
    ended: Mutex<Option<bool>>,
}

impl Run {
    /// A run of this command, from now on.
    pub(crate) fn begin(command: &Command, environment: &Environment, status: Status) -> Self {
        let keeper = command.asks_somebody().then(|| Keeper::of(environment)).flatten();
        Self(Arc::new(Shared {
            command: command.name(),
            conversation_id: EventId::random().to_string(),
            status,
            login: LoginInUse::default(),
            keeper,
            complaint: Complaint::default(),
            circumstances: Mutex::default(),
            telemetry: Mutex::default(),
            recording: Mutex::default(),
            ended: Mutex::default(),
        }))
    }

    /// Names the conversation.
    pub(crate) fn conversation_id(&self) -> &str {
        &self.0.conversation_id
    }

    pub(crate) fn login(&self) -> &LoginInUse {
        &self.0.login
    }

    /// What keeps the log for a report.
    pub(crate) fn log_ring(&self) -> Option<&LogRing> {
        self.0.keeper.as_ref().map(|keeper| keeper.feedback.logs())
    }

    /// What hears that telemetry does not arrive.
    pub(crate) fn complaint(&self) -> &Complaint {
        &self.0.complaint
    }

    /// From now on telemetry goes where the configuration and the standard variables say; nowhere, if they do not. What
    /// is wrong with them is told, and stops nothing.
    pub(crate) fn start_telemetry(&self, config: &OtelConfig, environment: &Environment) {
        match RunTelemetry::start(config, environment, &self.0.conversation_id) {
            Ok(telemetry) => {
                for ignored in telemetry.iter().flat_map(|telemetry| &telemetry.ignored) {
                    let ignored = error_text::with_causes(ignored);
                    self.0.status.warning(format_args!("a setting of telemetry is ignored: {ignored}"));
                }
                *locked(&self.0.telemetry) = telemetry;
            }
            Err(problem) => self.0.status.warning(error_text::with_causes(&problem)),
        }
    }

    /// Whoever listens for this run, beside those already there.
    pub(crate) fn observers(&self, observers: Observers) -> Observers {
        let observers = match &self.0.keeper {
            Some(keeper) => observers.with(keeper.feedback.clone()),
            None => observers,
        };
        match &*locked(&self.0.telemetry) {
            Some(telemetry) => observers.with(Arc::clone(&telemetry.observer)),
            None => observers,
        }
    }

    /// Something about the session came to be known.
    pub(crate) fn update_session(&self, change: impl FnOnce(&mut SessionFacts)) {
        if let Some(telemetry) = &*locked(&self.0.telemetry) {
            telemetry.observer.update_session(change);
        }
    }

    /// This model will be asked.
    pub(crate) fn asks_model(&self, model: &str) {
        self.update_session(|facts| {
            facts.model = Some(model.to_owned());
            // Without a catalogue the model's own name is all there is.
            facts.slug = Some(model.to_owned());
        });
        if let Some(keeper) = &self.0.keeper {
            // The report itself says so when it does not take a tag.
            let _noted = keeper.feedback.set_tag("model", model);
        }
    }

    /// The user asked for something. The text goes to the collector only where the configuration allows it.
    pub(crate) fn prompted(&self, prompt: &UserPrompt<'_>) {
        if let Some(telemetry) = &*locked(&self.0.telemetry) {
            telemetry.observer.user_prompt(prompt);
        }
    }

    /// The service told a usage limit.
    pub(crate) fn note_limits(&self, limits: &RateLimitSnapshot) {
        if let Some(keeper) = &self.0.keeper {
            keeper.feedback.set_rate_limits(limits.clone());
        }
    }

    /// What a diagnosis has to know beside what happened.
    pub(crate) fn circumstances(&self) -> Circumstances {
        locked(&self.0.circumstances).clone()
    }

    pub(crate) fn learn(&self, change: impl FnOnce(&mut Circumstances)) {
        change(&mut locked(&self.0.circumstances));
    }

    /// Nothing that is kept may hold this.
    pub(crate) fn protect(&self, secret: &str) {
        if let Some(keeper) = &self.0.keeper {
            keeper.feedback.redactor().register(secret);
        }
    }

    /// Records what goes over the wire from now on.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub(crate) fn start_recording(&self, file: Option<&std::path::Path>) -> Result<(), Failure> {
        if let Some(file) = file {
            *locked(&self.0.recording) = Some(Recording::start(file)?);
        }
        Ok(())
    }

    pub(crate) fn records(&self) -> bool {
        locked(&self.0.recording).is_some()
    }

    /// The transport, and whatever records it.
    pub(crate) fn recorded(&self, transport: Arc<dyn HttpTransport>) -> Arc<dyn HttpTransport> {
        match &*locked(&self.0.recording) {
            Some(recording) => recording.http(transport),
            None => transport,
        }
    }

    /// The same for WebSockets.
    pub(crate) fn recorded_websocket(
        &self,
        transport: Arc<dyn WebSocketTransport>,
    ) -> Arc<dyn WebSocketTransport> {
        match &*locked(&self.0.recording) {
            Some(recording) => recording.websocket(transport),
            None => transport,
        }
    }
}

/// Nothing is left half-done by a panic: each of these is set as a whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
