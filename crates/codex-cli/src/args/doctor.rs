//! The command line of `codex-api doctor`.

use clap::Args;

use super::ConnectionArgs;
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api doctor
  codex-api doctor --provider azure
  codex-api doctor --json | jq '.checks[] | select(.verdict == \"failure\")'

It looks at the configuration, the credentials, proxies, certificates, the way
to the service, the clock, and asks for the list of models at the end. Nothing
secret is shown. Without a network it says what could not be checked.
The exit code is 0 when nothing failed; warnings are no failures.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct DoctorArgs {
    /// Print the findings as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}
