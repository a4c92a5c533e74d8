//! Proves the README: the commands a newcomer copies are run as they are written.
//!
//! Those are the blocks fenced with `sh`. What is shown but cannot be run everywhere (it needs a key, or does not
//! end) is fenced with `text`.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// How a block of commands begins.
const SHELL_FENCE: &str = "```sh";

/// What to do with the commands found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Run them one block after the other; the first failure ends it.
    Run,
    /// Print them.
    List,
}

/// Why the quick start is not proven.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuickStartError {
    #[error("README.md has no command to run: fence the quick start with `{SHELL_FENCE}`")]
    Missing,
    #[error("README.md:{line}: this block is never closed")]
    Unclosed { line: usize },
    #[error("README.md:{line}: cannot start bash: {source}")]
    Shell { line: usize, source: std::io::Error },
    #[error("README.md:{line}: this command ended with {status}: {command}")]
    Failed { line: usize, status: ExitStatus, command: String },
}

/// Runs or prints every command block of the README, from the folder `root`.
pub(crate) fn quick_start(readme: &str, root: &Path, mode: Mode) -> Result<(), QuickStartError> {
    for block in blocks(readme)? {
        println!("README.md:{}:\n{}", block.line, block.commands);
        if mode == Mode::Run {
            block.run(root)?;
        }
    }
    Ok(())
}

/// One fenced block: what stands between the fences, and the line of its first command, counted from 1.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    line: usize,
    commands: String,
}

impl Block {
    fn run(&self, root: &Path) -> Result<(), QuickStartError> {
        let status = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &self.commands])
            .current_dir(root)
            .stdin(Stdio::null())
            .status()
            .map_err(|source| QuickStartError::Shell { line: self.line, source })?;
        if status.success() {
            return Ok(());
        }
        Err(QuickStartError::Failed { line: self.line, status, command: self.commands.clone() })
    }
}

fn blocks(readme: &str) -> Result<Vec<Block>, QuickStartError> {
    let mut found = Vec::new();
    let mut lines = readme.lines().zip(1..);
    while let Some((opening, line)) = lines.next() {
        let fence: String = opening.chars().take_while(|it| *it == '`').collect();
        if fence.len() < 3 {
            continue;
        }
        let mut commands = Vec::new();
        loop {
            match lines.next() {
                None => return Err(QuickStartError::Unclosed { line }),
                Some((text, _)) if text.trim_end() == fence => break,
                Some((text, _)) => commands.push(text),
            }
        }
        if opening.trim_end() == SHELL_FENCE {
            found.push(Block { line: line + 1, commands: commands.join("\n") });
        }
    }
    if found.is_empty() { Err(QuickStartError::Missing) } else { Ok(found) }
}
