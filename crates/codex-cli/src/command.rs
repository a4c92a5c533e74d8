//! What each subcommand does.

mod compact;
mod completions;
mod doctor;
mod feedback;
mod json_line;
mod login;
mod logout;
mod memories;
mod models;
mod realtime;
mod respond;
mod responses;
mod sim;
mod transcribe;

pub(crate) use feedback::FeedbackFailure;

use std::{
    io::{Stdout, stdout},
    panic::resume_unwind,
    path::PathBuf,
};

use codex_core::{Config, Environment};
use tokio::task::{self, JoinError};

use crate::{
    args::Command,
    exit::Exit,
    failure::Failure,
    input::InputError,
    interrupt,
    run::Run,
    terminal::{Status, Target, TextOutput},
};

/// What the subcommands share.
pub(crate) struct Context {
    pub(crate) environment: Environment,
    pub(crate) config_file: Option<PathBuf>,
    pub(crate) status: Status,
    /// What standard output is.
    pub(crate) target: Target,
    pub(crate) run: Run,
}

impl Context {
    /// Where the text of the model goes.
    pub(crate) fn text_output(&self) -> TextOutput<Stdout> {
        TextOutput::new(stdout(), self.target).beside(&self.status)
    }

    /// The configuration. What in it has no effect is told.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let loaded = Config::load(self.config_file.as_deref(), &self.environment)?;
        for warning in &loaded.warnings {
            self.status.warning(warning);
        }
        Ok(loaded.config)
    }
}

/// Reads files and standard input, which may block, away from the runtime's own threads.
async fn in_background<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, InputError> + Send + 'static,
) -> Result<T, InputError> {
    joined(task::spawn_blocking(read).await)
}

/// What a task of ours read.
fn joined<T>(read: Result<Result<T, InputError>, JoinError>) -> Result<T, InputError> {
    match read.map_err(JoinError::try_into_panic) {
        Ok(read) => read,
        Err(Ok(panic)) => resume_unwind(panic),
        // Cancelled together with the runtime: nobody will see this.
        Err(Err(_cancelled)) => Err(InputError::NoPrompt),
    }
}

/// Does it. Tokens that are being renewed at its end are stored before this returns, also after an interruption.
pub(crate) async fn run(command: Command, context: Context) -> Result<Exit, Failure> {
    let run = context.run.clone();
    let result = dispatch(command, context).await;
    run.login().settle().await;
    result
}

async fn dispatch(command: Command, context: Context) -> Result<Exit, Failure> {
    let run = context.run.clone();
    match command {
        Command::Respond(args) => interrupt::or(Box::pin(respond::run(*args, context)), run).await,
        Command::Responses(args) => interrupt::or(Box::pin(responses::run(args, &context)), run).await,
        Command::Compact(args) => interrupt::or(Box::pin(compact::run(args, &context)), run).await,
        Command::Memories(args) => interrupt::or(Box::pin(memories::run(args, &context)), run).await,
        Command::Transcribe(args) => interrupt::or(Box::pin(transcribe::run(args, &context)), run).await,
        Command::Realtime(args) => interrupt::or(Box::pin(realtime::run(args, &context)), run).await,
        Command::Models(args) => interrupt::or(Box::pin(models::run(&args, &context)), run).await,
        Command::Login(args) => interrupt::or(Box::pin(login::run(&args, &context)), run).await,
        Command::Logout(args) => interrupt::or(Box::pin(logout::run(&args, &context)), run).await,
        Command::Doctor(args) => interrupt::or(Box::pin(doctor::run(*args, &context)), run).await,
        Command::Feedback(args) => interrupt::or(Box::pin(feedback::run(args, &context)), run).await,
        // An interruption is its proper end.
        Command::Sim(args) => sim::run(&args, &context).await.map(|()| Exit::Ok),
        Command::Completions(args) => completions::run(&args).map(|()| Exit::Ok),
    }
}
