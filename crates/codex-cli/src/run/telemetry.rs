//! Telemetry of a run: what the configuration says, and its end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use codex_core::{ClientIdentity, Environment};
use codex_observe::SessionFacts;
use codex_otel::{ConfigError, OtelConfig, OtelObserver, Program, StartError, Telemetry, parent_from_lookup};
use thiserror::Error;

use super::Complaint;
use crate::terminal::Status;

/// How long the end of the command may wait for a collector.
pub(super) const TELEMETRY_PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct RunTelemetry {
    telemetry: Telemetry,
    pub(super) observer: Arc<OtelObserver>,
    /// Variables that are set and cannot be used here; the rest of the settings holds.
    pub(super) ignored: Vec<ConfigError>,
}

/// Why there is no telemetry.
#[derive(Debug, Error)]
pub(super) enum TelemetryProblem {
    #[error("no telemetry is sent")]
    Variable(#[from] ConfigError),
    #[error("no telemetry is sent")]
    Start(#[from] StartError),
}

impl RunTelemetry {
    /// Starts what is configured; `None` when nothing is.
    pub(super) fn start(
        config: &OtelConfig,
        environment: &Environment,
        conversation_id: &str,
    ) -> Result<Option<Self>, TelemetryProblem> {
        let variable = |name: &str| environment.variable(name);
        let (config, ignored) = config.clone().with_environment(variable)?;
        if !config.is_enabled() {
            return Ok(None);
        }
        let program = Program::new("codex-api", env!("CARGO_PKG_VERSION"));
        let telemetry = Telemetry::start(&config, program)?;
        let session = session(environment, conversation_id);
        let observer = telemetry.observer(session, parent_from_lookup(variable));
        Ok(Some(Self { telemetry, observer, ignored }))
    }

    /// Sends what waits, within [`TELEMETRY_PATIENCE`], and says so when it does not arrive.
    pub(super) fn end(self, complaint: &Complaint, status: &Status) {
        let Self { telemetry, observer, .. } = self;
        observer.close();
        let started = Instant::now();
        let _counted = telemetry.shutdown(TELEMETRY_PATIENCE);
        let why = complaint.heard().or_else(|| {
            let seconds = TELEMETRY_PATIENCE.as_secs();
            (started.elapsed() >= TELEMETRY_PATIENCE)
                .then(|| format!("the collector did not take it within {seconds} s"))
        });
        if let Some(why) = why {
            status.warning(format_args!("telemetry is lost, and nothing else: {why}"));
        }
    }
}

/// What is known before anybody is asked.
fn session(environment: &Environment, conversation_id: &str) -> SessionFacts {
    let identity = ClientIdentity::of_process(environment);
    let mut facts = SessionFacts::default();
    facts.conversation_id = Some(conversation_id.to_owned());
    facts.app_version = Some(identity.version().to_owned());
    facts.originator = Some(identity.originator().to_owned());
    facts.terminal_type = identity.terminal_type().map(str::to_owned);
    facts
}
