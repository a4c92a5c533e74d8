//! The command line of `codex-api models`.

use clap::Args;
use thiserror::Error;

use super::ConnectionArgs;
use crate::exit::EXIT_CODES;

const EXAMPLES: &str = "\
Examples:
  codex-api models
  codex-api models --provider ollama
  codex-api models --json | jq -r '.data[].id'
  codex-api models --client-version 0.99.0 --etag '\"v1\"'
";

#[derive(Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"))]
pub(crate) struct ModelsArgs {
    /// Print the list as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Ask for the catalogue of Codex, as a client of this version gets it.
    #[arg(long, value_name = "X.Y.Z", value_parser = parse_version)]
    pub(crate) client_version: Option<String>,
    /// ETag of a list that is known: nothing is printed when it has not changed.
    #[arg(long, value_name = "ETAG")]
    pub(crate) etag: Option<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// A text that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a version is three numbers, such as 0.99.0")]
struct VersionError;

fn parse_version(text: &str) -> Result<String, VersionError> {
    let numbers: Vec<_> = text.split('.').collect();
    let is_number = |part: &&str| part.parse::<u32>().is_ok() && part.bytes().all(|b| b.is_ascii_digit());
    if numbers.len() == 3 && numbers.iter().all(is_number) { Ok(text.to_owned()) } else { Err(VersionError) }
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn a_version_is_three_numbers() {
        for (text, is_version) in [
            ("0.99.0", true),
            ("10.0.123", true),
            ("1.2", false),
            ("1.2.3.4", false),
            ("1.2.3-alpha", false),
            ("+1.2.3", false),
            ("1..3", false),
            ("", false),
        ] {
            assert_eq!(parse_version(text).is_ok(), is_version, "{text:?}");
        }
    }
}
