//! What each subcommand does.

mod completions;
mod models;
mod respond;
mod sim;

use std::path::PathBuf;

use codex_core::{Config, Environment};

use crate::{
    args::Command,
    exit::Exit,
    failure::Failure,
    interrupt,
    terminal::{Status, Target},
};

/// What the subcommands share.
pub(crate) struct Context {
    pub(crate) environment: Environment,
    pub(crate) config_file: Option<PathBuf>,
    pub(crate) status: Status,
    /// What standard output is.
    pub(crate) target: Target,
}

impl Context {
    /// The configuration. What in it has no effect is told.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let loaded = Config::load(self.config_file.as_deref(), &self.environment)?;
        for warning in &loaded.warnings {
            self.status.warning(warning);
        }
        Ok(loaded.config)
    }
}

/// Does it.
pub(crate) async fn run(command: Command, context: Context) -> Result<Exit, Failure> {
    match command {
        Command::Respond(args) => interrupt::or(Box::pin(respond::run(*args, context))).await,
        Command::Models(args) => interrupt::or(models::run(&args, &context)).await,
        // An interruption is its proper end.
        Command::Sim(args) => sim::run(&args, &context).await.map(|()| Exit::Ok),
        Command::Completions(args) => completions::run(&args).map(|()| Exit::Ok),
    }
}
