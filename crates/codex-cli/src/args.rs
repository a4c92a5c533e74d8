//! The command line.

mod compact;
mod connection;
mod doctor;
mod duration;
mod feedback;
mod filled;
mod login;
mod memories;
mod models;
mod pair;
mod realtime;
mod record;
mod respond;
mod responses;
mod sim;
mod transcribe;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use compact::CompactArgs;
pub(crate) use connection::ConnectionArgs;
pub(crate) use doctor::DoctorArgs;
pub(crate) use feedback::{FeedbackArgs, FeedbackCommand, PreviewArgs, ReportArgs, RunsArgs};
pub(crate) use login::{LoginArgs, LoginCommand, LogoutArgs, StatusArgs};
pub(crate) use memories::MemoriesArgs;
pub(crate) use models::ModelsArgs;
pub(crate) use pair::{PairError, PairKind, split};
pub(crate) use realtime::{ProtocolVersion, RealtimeArgs};
pub(crate) use record::RecordArgs;
pub(crate) use respond::RespondArgs;
pub(crate) use responses::{ResponsesArgs, ResponsesCommand, ResumeArgs, StoredArgs};
pub(crate) use sim::SimArgs;
pub(crate) use transcribe::TranscribeArgs;

use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api respond \"Say hello\"               stream a response
  git diff | codex-api respond \"Review this\"  a prompt, and its context
  codex-api respond --json \"Say hello\"        one event a line
  codex-api respond --background \"Think long\"  one that goes on by itself
  codex-api transcribe interview.wav          what is said in a recording
  codex-api models                            what the provider offers
  codex-api login                             log in; `login status` says who is
  codex-api doctor                            find out why requests fail
  codex-api feedback preview                  a report on the run that failed
  codex-api sim --port 8080                   serve the simulator

Without a key, a login and a provider, a simulator inside the process answers.
Providers stand in $XDG_CONFIG_HOME/codex-api/config.toml, else in
~/.config/codex-api/config.toml; openai, ollama, lmstudio and sim are built in.
RUST_LOG=debug writes a log to standard error.
";

/// Streamed, typed responses of the OpenAI Responses API and of servers that speak it.
#[derive(Parser)]
#[command(name = "codex-api", version, max_term_width = 90, after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) general: GeneralArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args)]
#[command(next_help_heading = "General options")]
pub(crate) struct GeneralArgs {
    /// Configuration to read instead of the usual one.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Say on standard error how it went: attempts, retries, request id, times, tokens.
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Say nothing on standard error but errors.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to colour standard error; NO_COLOR turns `auto` off.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = ColorWhen::Auto)]
    pub(crate) color: ColorWhen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// When standard error is a terminal.
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Ask for a response and stream it.
    Respond(Box<RespondArgs>),
    /// Get, resume, cancel and delete responses that the service keeps.
    Responses(ResponsesArgs),
    /// Make a conversation shorter, for use as the next input.
    Compact(CompactArgs),
    /// Sum up traces of past sessions.
    Memories(MemoriesArgs),
    /// Write down what is said in a WAV file.
    Transcribe(TranscribeArgs),
    /// Talk with a realtime model, line by line.
    Realtime(RealtimeArgs),
    /// List the models of the provider.
    Models(ModelsArgs),
    /// Log in with ChatGPT or an API key, and say who is logged in.
    Login(LoginArgs),
    /// Forget the login.
    Logout(LogoutArgs),
    /// Find out why requests fail: configuration, credentials, network, clock.
    Doctor(Box<DoctorArgs>),
    /// Report a run: see what would be sent, send it.
    Feedback(FeedbackArgs),
    /// Serve the simulator, for any client and for tests.
    Sim(SimArgs),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
}

impl Command {
    /// What is run, without its arguments.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Respond(_) => "respond",
            Self::Responses(args) => args.command.name(),
            Self::Compact(_) => "compact",
            Self::Memories(_) => "memories",
            Self::Transcribe(_) => "transcribe",
            Self::Realtime(_) => "realtime",
            Self::Models(_) => "models",
            Self::Login(_) => "login",
            Self::Logout(_) => "logout",
            Self::Doctor(_) => "doctor",
            Self::Feedback(_) => "feedback",
            Self::Sim(_) => "sim",
            Self::Completions(_) => "completions",
        }
    }

    /// Whether it sends requests that a report can be about.
    pub(crate) fn asks_somebody(&self) -> bool {
        match self {
            Self::Login(args) => args.command.is_none(),
            Self::Feedback(_) | Self::Sim(_) | Self::Completions(_) => false,
            _ => true,
        }
    }
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  codex-api completions bash > ~/.local/share/bash-completion/completions/codex-api
  codex-api completions zsh > \"${fpath[1]}/_codex-api\"
  codex-api completions fish > ~/.config/fish/completions/codex-api.fish
";

#[derive(Args)]
#[command(after_help = format!("{COMPLETIONS_EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct CompletionsArgs {
    /// Which shell.
    pub(crate) shell: clap_complete::Shell,
}
