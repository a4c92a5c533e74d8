//! `codex-api feedback`.

mod discard;
mod failure;
mod flush;
mod local_copy;
mod on_its_way;
mod preview;
mod runs;
mod send;
mod tracker;

use std::{
    env,
    io::{self, Write, stdout},
};

use codex_core::{AuthSetup, CODEX_API_KEY_VARIABLE, StoreChoice};
use codex_feedback::{
    Classification, Environment, EventId, LoadedRuns, Note, Redactor, Report, ReportRequest, RunRecord,
};

pub(crate) use failure::FeedbackFailure;

use super::Context;
use crate::{
    args::{FeedbackArgs, FeedbackCommand, ReportArgs},
    exit::Exit,
    failure::Failure,
    run::of_login_file,
    state_folder::StateFolder,
};

pub(super) async fn run(args: FeedbackArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        FeedbackCommand::Preview(args) => preview::run(&args, context).map(Exit::from),
        FeedbackCommand::Send(args) => send::run(&args, context).await.map(Exit::from),
        FeedbackCommand::Flush { refused } => flush::run(refused, context).await.map(Exit::from),
        FeedbackCommand::Discard { ids, all } => {
            discard::run((!all).then_some(&ids), context).map(Exit::from)
        }
        FeedbackCommand::Runs(args) => runs::run(&args, context).map(Exit::from),
    }
}

/// The report that the flags describe. Which run it is about, and what it lacks, is told.
fn report(args: &ReportArgs, context: &Context) -> Result<Report, Failure> {
    let runs = subject(args, context)?;
    tell_subject(runs.runs.first(), context);
    let environment = Environment::collect(env!("CARGO_PKG_VERSION"), variable);
    let mut request = ReportRequest::new(args.classification, environment);
    request.reason.clone_from(&args.reason);
    request.include_logs = !args.no_logs;
    request.attachments.clone_from(&args.attachments);
    let report = Report::build(runs, request, &redactor(context));
    // What the user asked for needs no warning.
    let surprising = report.notes().iter().filter(|note| !matches!(note, Note::LogsLeftOut));
    surprising.for_each(|note| context.status.warning(note));
    Ok(report)
}

/// A variable as it is: that one is set and blank explains more than one failure.
fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The run that the report is about, and those before it.
fn subject(args: &ReportArgs, context: &Context) -> Result<LoadedRuns, Failure> {
    let mut loaded = loaded(context);
    match args.run {
        Some(number) => {
            let kept = loaded.runs.len();
            if number.get() > kept {
                return Err(FeedbackFailure::NoSuchRun { number, kept }.into());
            }
            loaded.runs.drain(..number.get() - 1);
            Ok(loaded)
        }
        // What went well is seldom what failed before it.
        None if args.classification == Classification::GoodResult => Ok(loaded),
        None => Ok(loaded.from_last_failure()),
    }
}

/// The runs that are kept, newest first.
fn loaded(context: &Context) -> LoadedRuns {
    StateFolder::of(&context.environment).map(|folder| folder.history().load()).unwrap_or_default()
}

fn tell_subject(run: Option<&RunRecord>, context: &Context) {
    if let Some(run) = run {
        let RunRecord { command, started_at, result, .. } = run;
        let result = result.as_str();
        context.status.note(format_args!("the report is about `{command}` of {started_at} ({result})"));
    }
}

/// Knows the secrets of now: a report holds none of them, whatever files and words go with it.
fn redactor(context: &Context) -> Redactor {
    let redactor = Redactor::new();
    for variable in [CODEX_API_KEY_VARIABLE, codex_api::API_KEY_VARIABLE] {
        context.environment.variable(variable).into_iter().for_each(|key| redactor.register(&key));
    }
    // Without a home there is no login.
    if let Ok(setup) = AuthSetup::from_environment(&context.environment, StoreChoice::File) {
        of_login_file(&*setup.store, |secret| redactor.register(secret));
    }
    redactor
}

/// `1 report waits`, `2 reports wait`.
fn reports_wait(count: usize) -> String {
    if count == 1 { "1 report waits".to_owned() } else { format!("{count} reports wait") }
}

/// What the tracker has taken, for programs.
fn print_ids(ids: &[EventId]) -> io::Result<()> {
    let mut out = stdout().lock();
    ids.iter().try_for_each(|id| writeln!(out, "{id}"))?;
    out.flush()
}
