//! `[otel]` and `[feedback]`.

use std::path::Path;

use codex_feedback::Dsn;
use codex_otel::OtelConfig;
use serde::Deserialize;

use super::{ConfigError, ConfigProblem, table_reader::TableReader};

/// Variable that names the tracker; wins over the configuration.
pub const FEEDBACK_DSN_VARIABLE: &str = "CODEX_FEEDBACK_DSN";

/// `[feedback]`: where reports go.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FeedbackConfig {
    /// `dsn`: the tracker. There is none that is built in.
    pub dsn: Option<Dsn>,
}

impl FeedbackConfig {
    pub(super) fn read(
        reader: &mut TableReader<'_>,
    ) -> Result<(Self, Vec<super::ConfigWarning>), ConfigError> {
        let Some(mut table) = reader.table("feedback")? else { return Ok(Default::default()) };
        let dsn = table.parsed("dsn", |text| text.parse().map_err(|source| ConfigProblem::Dsn { source }))?;
        Ok((Self { dsn }, table.unknown_keys()))
    }
}

/// Reads `[otel]`, whose keys are those of [`OtelConfig`].
pub(super) fn read_otel(
    reader: &mut TableReader<'_>,
    text: &str,
    file: &Path,
) -> Result<OtelConfig, ConfigError> {
    #[derive(Deserialize)]
    struct Only {
        #[serde(default)]
        otel: OtelConfig,
    }
    if reader.table("otel")?.is_none() {
        return Ok(OtelConfig::default());
    }
    // What serde objects to can quote a value, and a value can be a secret: the line says enough.
    toml::from_str::<Only>(text).map(|only| only.otel).map_err(|error| {
        let objection = if error.message().starts_with("unknown field") {
            ConfigProblem::UnknownOtelKey
        } else {
            ConfigProblem::OtelValue
        };
        reader.problem_at(file, error.span(), "otel", objection)
    })
}
