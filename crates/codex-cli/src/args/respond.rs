//! Options of `respond`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use codex_core::Transport;

use super::{connection::ConnectionArgs, filled::parse_filled};
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api respond \"Say hello\"
  codex-api respond --model gpt-5.4 --reasoning high --show-reasoning \"Why is the sky blue?\"
  codex-api respond -i @reviewer.md \"Review this\" < change.patch
  codex-api respond --schema person.json \"Ada Lovelace, born 1815\" | jq .name
  codex-api respond --tool weather.json \"Weather in Paris?\"
  codex-api respond --image chart.png \"What does this show?\"
  codex-api respond --provider ollama --model gpt-oss:20b - < prompt.txt
  codex-api respond --transport auto --limits \"Say hello\"
  codex-api respond --background \"Think long\"; codex-api responses get ID

Tool files hold {\"name\", \"description\", \"parameters\", \"command\"}. \"command\" is
a list: a program and its arguments. It gets the arguments of the call as JSON
on standard input, and what it prints is told to the model. Without a \"command\"
the call is printed as one line of JSON, and that is the end.

Standard output gets the text of the model and nothing else; a line break is
added where a message does not end in one. All else goes to standard error.
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct RespondArgs {
    /// What to ask. Without it, or with `-`, standard input is the prompt; with it, a file or pipe at standard input is
    /// appended as context.
    pub(crate) prompt: Option<String>,
    /// Model to ask.
    #[arg(long, short, value_parser = parse_filled)]
    pub(crate) model: Option<String>,
    /// How the model should go about it: a text, or @FILE.
    #[arg(long, short, value_name = "TEXT|@FILE", value_parser = parse_filled)]
    pub(crate) instructions: Option<String>,
    /// How much to think: none, minimal, low, medium, high, xhigh, or what else the model knows.
    #[arg(long, value_name = "EFFORT", value_parser = parse_filled)]
    pub(crate) reasoning: Option<String>,
    /// Tool that the model may call, in JSON. Repeatable.
    #[arg(long = "tool", value_name = "FILE")]
    pub(crate) tools: Vec<PathBuf>,
    /// JSON schema that the answer must fit.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// Image to look at: a PNG, JPEG, GIF or WebP file, or a URL. Repeatable.
    #[arg(long = "image", value_name = "FILE|URL")]
    pub(crate) images: Vec<String>,
    /// Id of the response to go on from.
    #[arg(long, value_name = "ID", value_parser = parse_filled)]
    pub(crate) previous: Option<String>,
    /// Most tokens of the answer, those of thinking included.
    #[arg(long, value_name = "N")]
    pub(crate) max_output_tokens: Option<u64>,
    /// From 0 (always the likeliest word) to 2.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) temperature: Option<f64>,
    /// Note to keep with the response. Repeatable.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) metadata: Vec<String>,
    /// Ask the service to keep the response (its default).
    #[arg(long, conflicts_with = "no_store")]
    store: bool,
    /// Ask the service not to keep the response.
    #[arg(long)]
    no_store: bool,
    /// Let it run in the background: it is kept, goes on without a connection, and a cut stream is resumed. Its id is
    /// told at once.
    #[arg(long, conflicts_with_all = ["no_store", "transport"])]
    pub(crate) background: bool,
    /// How to connect. auto takes a WebSocket, and HTTP where that does not work [default: auto for providers with
    /// supports_websockets, else http]
    #[arg(long, value_name = "HOW", value_enum)]
    pub(crate) transport: Option<TransportName>,
    /// Print the usage limits on standard error at the end.
    #[arg(long)]
    pub(crate) limits: bool,
    /// Print the events instead of the text, one a line, as the service sent them.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print what the model thinks, as far as it tells, on standard error.
    #[arg(long)]
    pub(crate) show_reasoning: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TransportName {
    Auto,
    Http,
    Ws,
}

impl From<TransportName> for Transport {
    fn from(name: TransportName) -> Self {
        match name {
            TransportName::Auto => Self::Auto,
            TransportName::Http => Self::Http,
            TransportName::Ws => Self::Websocket,
        }
    }
}

impl RespondArgs {
    /// Whether the service should keep the response; `None` leaves it to the service.
    pub(crate) fn stored(&self) -> Option<bool> {
        if self.store || self.background { Some(true) } else { self.no_store.then_some(false) }
    }
}
