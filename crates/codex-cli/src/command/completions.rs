//! `codex-api completions`.

use std::io::{Write, stdout};

use clap::CommandFactory;

use crate::{
    args::{Arguments, CompletionsArgs},
    failure::Failure,
};

pub(super) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    // Into memory first: writing straight to a closed pipe would panic in there.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "codex-api", &mut script);
    stdout().write_all(&script).map_err(Failure::Output)
}
