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
    let mut scenario = match &args.scenario {
        Some(file) => {
            Scenario::from_file(file).map_err(|source| Failure::Scenario { file: file.clone(), source })?
        }
        None => Scenario::default(),
    };
    if let Some(seed) = args.seed {
        scenario = scenario.seed(seed);
    }
    // Asked for before anybody is told the address: from then on a signal may come.
    let stop = interrupt::stop().map_err(Failure::Runtime)?;
    let simulator = Simulator::bind(SocketAddr::new(args.host, args.port), scenario).await?;
    announce(&mut stdout(), &simulator.base_url()).map_err(Failure::Output)?;
    context.status.note("the simulator is ready; Ctrl-C stops it");
    stop.await;
    Ok(())
}

fn announce(out: &mut impl Write, base_url: &str) -> io::Result<()> {
    writeln!(out, "{base_url}")?;
    out.flush()
}
