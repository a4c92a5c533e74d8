//! The life of the command: set up, do it, say how it went.

use std::{
    env, io,
    io::{IsTerminal, stderr, stdout},
};

use codex_core::Environment;
use tokio::runtime::{Builder, Runtime};

use crate::{
    args::{Arguments, ColorWhen, GeneralArgs},
    command::{self, Context},
    error_text,
    exit::Exit,
    failure::Failure,
    log,
    login::LoginInUse,
    terminal::{Status, StatusSettings, Target, Verbosity},
};

/// Two are enough for one request and, embedded, its simulator.
const WORKER_THREADS: usize = 2;

/// Does what the command line says.
pub(crate) fn run(arguments: Arguments) -> Exit {
    let environment = Environment::process();
    let settings = status_settings(&arguments.general, &environment);
    let status = Status::new(stderr(), settings);
    let result = log::start(&environment, settings.colored).and_then(|()| {
        let runtime = runtime().map_err(Failure::Runtime)?;
        let target = if stdout().is_terminal() { Target::Terminal } else { Target::Program };
        let (config_file, login) = (arguments.general.config, LoginInUse::default());
        let context = Context { environment, config_file, status: status.clone(), target, login };
        let result = runtime.block_on(command::run(arguments.command, context));
        // A read of standard input cannot be cancelled; it must not keep an interrupted command alive.
        runtime.shutdown_background();
        result
    });
    match result {
        Ok(exit) => exit,
        Err(failure) => report(&failure, &status),
    }
}

fn report(failure: &Failure, status: &Status) -> Exit {
    if !failure.is_quiet() {
        status.error(error_text::line(failure));
        if let Some(details) = error_text::details(failure) {
            status.detail(format_args!("details: {details}"));
        }
        if let Some(diagnosis) = failure.diagnosis() {
            status.explain("cause", diagnosis);
            status.explain("next step", diagnosis.next_step());
            if let Some(ids) = error_text::ids(failure) {
                status.explain("to quote", ids);
            }
        }
    }
    failure.exit()
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(WORKER_THREADS).enable_all().build()
}

fn status_settings(general: &GeneralArgs, environment: &Environment) -> StatusSettings {
    let able = stderr().is_terminal() && environment.variable("TERM").is_none_or(|term| term != "dumb");
    // Any value that is not empty counts (no-color.org), blank ones too.
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let verbosity = match (general.quiet, general.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    };
    StatusSettings {
        verbosity,
        // The lines of a log would land in the middle of a spinner.
        animated: able && !log::is_wanted(environment),
        terminal: stderr().is_terminal(),
        colored: match general.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => able && !no_color,
        },
    }
}
