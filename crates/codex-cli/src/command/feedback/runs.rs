//! `codex-api feedback runs`.

use std::io::{self, Write, stdout};

use codex_feedback::RunRecord;
use serde::Serialize;

use super::loaded;
use crate::{
    args::RunsArgs,
    command::{Context, json_line},
    failure::Failure,
    terminal::one_line,
};

pub(super) fn run(args: &RunsArgs, context: &Context) -> Result<(), Failure> {
    let loaded = loaded(context);
    for note in &loaded.notes {
        context.status.warning(note);
    }
    let rows: Vec<_> = loaded.runs.iter().zip(1..).map(|(run, number)| Row::of(run, number)).collect();
    if args.json {
        return json_line::print(&rows, context.target).map_err(Failure::Output);
    }
    if rows.is_empty() {
        context.status.note("no run is kept yet");
    }
    print(&rows).map_err(Failure::Output)
}

/// A run, in a few words.
#[derive(Serialize)]
struct Row<'r> {
    /// What `--run` takes.
    number: usize,
    started_at: &'r str,
    command: &'r str,
    result: &'static str,
    /// What the user was told when it failed.
    error: Option<&'r str>,
    /// What the diagnosis says.
    cause: Option<&'r str>,
}

impl<'r> Row<'r> {
    fn of(run: &'r RunRecord, number: usize) -> Self {
        Self {
            number,
            started_at: &run.started_at,
            command: &run.command,
            result: run.result.as_str(),
            error: run.error.as_deref(),
            cause: run.diagnosis.as_ref().map(|diagnosis| diagnosis.cause.as_str()),
        }
    }
}

/// One run a line.
fn print(rows: &[Row<'_>]) -> io::Result<()> {
    let mut out = stdout().lock();
    for Row { number, started_at, command, result, error, .. } in rows {
        let why = error.map_or_else(String::new, |error| format!("  {error}"));
        writeln!(out, "{}", one_line(&format!("{number:2}  {started_at}  {result:11}  {command}{why}")))?;
    }
    out.flush()
}
