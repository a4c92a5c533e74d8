//! The command `codex-api`: streamed, typed responses at a terminal. `codex-api --help` is its reference.

mod app;
mod args;
mod asked;
mod background;
mod circumstances;
mod command;
mod connection;
mod doctor;
mod error_text;
mod event_output;
mod exit;
mod failure;
mod input;
mod interrupt;
mod limits;
mod log;
mod login;
mod retry_notes;
mod round;
mod run;
mod state_folder;
mod terminal;
mod tool_command;
mod usage_limit;
mod verbose_observer;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    app::run(args::Arguments::parse()).into()
}
