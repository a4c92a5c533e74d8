//! The command line of `codex-api responses`.

use clap::{Args, Subcommand};

use super::ConnectionArgs;
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api responses get resp_123               its text, or how it stands
  codex-api responses resume resp_123 --after 41  the events after number 41
  codex-api responses input resp_123 | jq .type  what it was asked with
  codex-api responses cancel resp_123            stop one in the background
  codex-api responses delete resp_123
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct ResponsesArgs {
    #[command(subcommand)]
    pub(crate) command: ResponsesCommand,
}

#[derive(Subcommand)]
pub(crate) enum ResponsesCommand {
    /// Print the text of a response as it stands now, or with --json all of it.
    #[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
    Get(GetArgs),
    /// Stream a response, from its beginning or from any event on.
    #[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
    Resume(ResumeArgs),
    /// Print the items that a response was asked with, oldest first, one a line.
    #[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
    Input(StoredArgs),
    /// Stop a response that runs in the background.
    #[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
    Cancel(StoredArgs),
    /// Delete a response.
    #[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
    Delete(StoredArgs),
}

impl ResponsesCommand {
    /// What is run, without its arguments.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Get(_) => "responses get",
            Self::Resume(_) => "responses resume",
            Self::Input(_) => "responses input",
            Self::Cancel(_) => "responses cancel",
            Self::Delete(_) => "responses delete",
        }
    }
}

#[derive(Args)]
pub(crate) struct StoredArgs {
    /// Id of the response, such as resp_123.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Args)]
pub(crate) struct GetArgs {
    /// Print the response as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) stored: StoredArgs,
}

#[derive(Args)]
pub(crate) struct ResumeArgs {
    /// Number of the last event that is known: those after it are streamed.
    #[arg(long, value_name = "N")]
    pub(crate) after: Option<u64>,
    /// Print the events instead of the text, one a line, as the service sends them.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print what the model thinks, as far as it tells, on standard error.
    #[arg(long)]
    pub(crate) show_reasoning: bool,
    #[command(flatten)]
    pub(crate) stored: StoredArgs,
}
