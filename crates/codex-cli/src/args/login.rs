//! The command lines of `codex-api login` and `codex-api logout`.

use clap::{Args, Subcommand};

use super::{RecordArgs, filled::parse_filled};
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api login                       with ChatGPT: open a page, enter a code
  printenv OPENAI_API_KEY | codex-api login --with-api-key
  codex-api login --with-api-key < key.txt
  codex-api login status                who is logged in, until when
  codex-api logout

The login is kept in $CODEX_HOME/auth.json, else in ~/.codex/auth.json, for its
owner only. `cli_auth_credentials_store` of the configuration names another
place. CODEX_API_KEY and OPENAI_API_KEY win over it.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"), args_conflicts_with_subcommands = true)]
pub(crate) struct LoginArgs {
    /// Log in with the API key that is read from standard input.
    #[arg(long)]
    pub(crate) with_api_key: bool,
    /// Token authority in place of the service's own.
    // Where it is asked for, a URL may hold a secret, so it is checked later.
    #[arg(long, hide = true, value_name = "URL", value_parser = parse_filled, conflicts_with = "with_api_key")]
    pub(crate) issuer: Option<String>,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
    #[command(subcommand)]
    pub(crate) command: Option<LoginCommand>,
}

#[derive(Subcommand)]
pub(crate) enum LoginCommand {
    /// Say who is logged in and until when. Nothing secret is shown.
    #[command(after_help = format!("{STATUS_EXAMPLES}\n{EXIT_CODES}"))]
    Status(StatusArgs),
}

const STATUS_EXAMPLES: &str = "\
Examples:
  codex-api login status
  codex-api login status --json | jq -r .plan
  codex-api login status > /dev/null || codex-api login

The exit code is 0 when somebody is logged in, and 3 when nobody is.
";

#[derive(Args)]
pub(crate) struct StatusArgs {
    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

const LOGOUT_EXAMPLES: &str = "\
Examples:
  codex-api logout

The login is removed from this machine, and its tokens are revoked where the
token authority can be reached. API keys are not revoked.
";

#[derive(Args)]
#[command(after_help = format!("{LOGOUT_EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct LogoutArgs {
    /// Token authority in place of the service's own.
    #[arg(long, hide = true, value_name = "URL", value_parser = parse_filled)]
    pub(crate) issuer: Option<String>,
    #[command(flatten)]
    pub(crate) record: RecordArgs,
}
