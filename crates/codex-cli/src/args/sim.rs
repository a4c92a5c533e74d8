//! The command line of `codex-api sim`.

use std::{net::IpAddr, path::PathBuf};

use clap::Args;
use codex_sim::ReplaySpeed;

use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api sim                                     on a free port
  codex-api sim --port 8080 --scenario faults.toml
  codex-api respond --provider sim --base-url http://127.0.0.1:8080/v1 Hello
  codex-api sim --replay exchange.ndjson            what `--record` has recorded

The base URL is printed on standard output once requests are taken. Ctrl-C
stops it; that is its proper end, so the exit code is 0. After a replay it tells
which recorded exchanges were not asked for, and what was asked for in vain.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct SimArgs {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Address to listen on. Anything but a loopback address lets others in.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub(crate) host: IpAddr,
    /// What to answer, in TOML; without it, something friendly to everything.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Makes ids and times of the answers the same in every run with this number.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Play what `--record` has recorded; any key will do.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scenario", "seed"])]
    pub(crate) replay: Option<PathBuf>,
    /// How fast: max, or a multiple of the recorded pace, such as 1 or 2.5 [default: max]
    #[arg(long, value_name = "SPEED", requires = "replay")]
    pub(crate) replay_speed: Option<ReplaySpeed>,
}
