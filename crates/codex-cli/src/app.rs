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
    run::Run,
    terminal::{Status, StatusSettings, Target, Verbosity},
};

/// What a user does about a failure that is nobody's fault here.
const REPORT_COMMAND: &str = "codex-api feedback preview";

/// Two are enough for one request and, embedded, its simulator.
const WORKER_THREADS: usize = 2;

/// Does what the command line says.
pub(crate) fn run(arguments: Arguments) -> Exit {
    let environment = Environment::process();
    let settings = status_settings(&arguments.general, &environment);
    let status = Status::new(stderr(), settings);
    let run = Run::begin(&arguments.command, &environment, status.clone());
    let started = log::start(&environment, settings.colored, &run);
    let runtime = match started.and_then(|()| runtime().map_err(Failure::Runtime)) {
        Ok(runtime) => runtime,
        Err(failure) => return report(&failure, &status),
    };
    let target = if stdout().is_terminal() { Target::Terminal } else { Target::Program };
    let config_file = arguments.general.config;
    let context = Context { environment, config_file, status: status.clone(), target, run: run.clone() };
    // Up to its end within the runtime: an interruption is heard meanwhile.
    let exit = runtime.block_on(async {
        let result = command::run(arguments.command, context).await;
        conclude(&result, &run, &status)
    });
    // A read of standard input cannot be cancelled; it must not keep an interrupted command alive.
    runtime.shutdown_background();
    exit
}

/// Tells how the run went before anything else is done, since that may take a while.
fn conclude(result: &Result<Exit, Failure>, run: &Run, status: &Status) -> Exit {
    let (exit, error) = match result {
        Ok(exit) => (*exit, None),
        Err(failure) => (report(failure, status), Some(error_text::line(failure))),
    };
    let kept = run.end(exit, error);
    if kept && exit.is_failure() && status.is_read_by_a_person() {
        status.explain("report it with", REPORT_COMMAND);
    }
    exit
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
