//! `codex-api doctor`.

use std::io::{self, Write, stdout};

use serde::Serialize;

use super::{Context, json_line};
use crate::{
    args::DoctorArgs,
    doctor::{self, Finding, Findings, Verdict},
    exit::Exit,
    failure::Failure,
    terminal::one_line,
};

pub(super) async fn run(mut args: DoctorArgs, context: &Context) -> Result<Exit, Failure> {
    // What is wrong is to be seen at once.
    args.connection.retries.get_or_insert(0);
    let spinner = context.status.spin();
    let findings = doctor::examine(&args.connection, context).await;
    drop(spinner);
    let written =
        if args.json { json_line::print(&Report::of(&findings), context.target) } else { print(&findings) };
    written.map_err(Failure::Output)?;
    Ok(findings.exit())
}

fn print(findings: &Findings) -> io::Result<()> {
    let mut out = stdout().lock();
    for finding in findings.as_slice() {
        writeln!(out, "{}", one_line(&finding.to_string()))?;
    }
    out.flush()
}

#[derive(Serialize)]
struct Report<'f> {
    /// Whether nothing failed.
    ok: bool,
    checks: &'f [Finding],
}

impl<'f> Report<'f> {
    fn of(findings: &'f Findings) -> Self {
        let checks = findings.as_slice();
        Self { ok: checks.iter().all(|finding| finding.verdict != Verdict::Failure), checks }
    }
}
