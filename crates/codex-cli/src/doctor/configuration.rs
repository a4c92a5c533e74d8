//! The configuration file.

use codex_core::{Config, paths};

use super::{Check, Finding, Findings};
use crate::{command::Context, error_text::with_causes};

/// Reads the configuration; `None` when it cannot be used.
pub(super) fn check(context: &Context, findings: &mut Findings) -> Option<Config> {
    let file = context.config_file.clone().or_else(|| paths::config_file(&context.environment));
    match Config::load(context.config_file.as_deref(), &context.environment) {
        Err(error) => {
            findings.push(Finding::failure(Check::Configuration, with_causes(&error)));
            None
        }
        Ok(loaded) => {
            for warning in &loaded.warnings {
                findings.push(Finding::warning(Check::Configuration, warning.to_string()));
            }
            if loaded.warnings.is_empty() {
                let fact = match file {
                    Some(file) if file.exists() => file.display().to_string(),
                    Some(file) => format!("there is no {}, so the defaults hold", file.display()),
                    None => "neither XDG_CONFIG_HOME nor HOME is set, so the defaults hold".to_owned(),
                };
                findings.push(Finding::ok(Check::Configuration, fact));
            }
            Some(loaded.config)
        }
    }
}
