//! `codex-api sim`.

use std::{
    io::{self, Write, stdout},
    net::SocketAddr,
};

use codex_sim::{Scenario, Simulator};

use super::Context;
use crate::{args::SimArgs, failure::Failure, interrupt};

/// Serves until it is interrupted or terminated.
pub(super) async fn run(args: &SimArgs, context: &Context) -> Result<(), Failure> {
    let mut scenario = scenario(args)?;
    if let Some(seed) = args.seed {
        scenario = scenario.seed(seed);
    }
    // Asked for before anybody is told the address: from then on a signal may come.
    let stop = interrupt::stop().map_err(Failure::Runtime)?;
    let simulator = Simulator::bind(SocketAddr::new(args.host, args.port), scenario).await?;
    announce(&mut stdout(), &simulator.base_url()).map_err(Failure::Output)?;
    context.status.note("the simulator is ready; Ctrl-C stops it");
    stop.await;
    if let Some(report) = simulator.replay_report() {
        report.to_string().lines().for_each(|line| context.status.note(line));
    }
    Ok(())
}

/// What the flags name: a scenario, a recording, or something friendly.
fn scenario(args: &SimArgs) -> Result<Scenario, Failure> {
    match (&args.scenario, &args.replay) {
        (_, Some(file)) => {
            let replay = Scenario::replay_file(file)?;
            Ok(replay.replay_speed(args.replay_speed.unwrap_or_default()))
        }
        (Some(file), None) => {
            Scenario::from_file(file).map_err(|source| Failure::Scenario { file: file.clone(), source })
        }
        (None, None) => Ok(Scenario::default()),
    }
}

fn announce(out: &mut impl Write, base_url: &str) -> io::Result<()> {
    writeln!(out, "{base_url}")?;
    out.flush()
}
