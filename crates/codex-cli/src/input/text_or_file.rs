//! `--instructions`: a text, or a file that holds it.

use std::path::Path;

use super::{
    bounded_read,
    error::{InputError, Source},
    prompt::MAX_STDIN_BYTES,
};

/// A text, or the text of the file after `@`.
pub(crate) fn text_or_file(text: &str) -> Result<String, InputError> {
    let Some(path) = text.strip_prefix('@') else { return Ok(text.to_owned()) };
    let from = Source::file("--instructions", path);
    bounded_read::text(bounded_read::read_file(Path::new(path), &from, MAX_STDIN_BYTES)?, &from)
}
