//! The prompt: an argument, standard input, or both.

use std::io::Read;

use super::{
    StdinKind, bounded_read,
    error::{InputError, Source},
};

/// The longest standard input that is read, in bytes. The service takes 10,485,760 characters of input.
pub(super) const MAX_STDIN_BYTES: u64 = 10 * 1024 * 1024;

/// The prompt of `argument` and `stdin`; `None` where neither has one, and none was promised by `-`. A piped input beside an argument follows it as context, after a blank line.
pub(super) fn read(
    argument: Option<&str>,
    stdin: impl Read,
    kind: StdinKind,
) -> Result<Option<String>, InputError> {
    let prompt = match (argument, kind) {
        (None, StdinKind::Terminal) => return Ok(None),
        (None, _) => return Ok(Some(all_of(stdin)?).filter(|prompt| !prompt.trim().is_empty())),
        (Some("-"), _) => all_of(stdin)?,
        (Some(argument), StdinKind::Data) => {
            let context = all_of(stdin)?;
            if context.trim().is_empty() { argument.to_owned() } else { format!("{argument}\n\n{context}") }
        }
        (Some(argument), StdinKind::Terminal | StdinKind::Device) => argument.to_owned(),
    };
    if prompt.trim().is_empty() { Err(InputError::EmptyPrompt) } else { Ok(Some(prompt)) }
}

/// Standard input as text, without the line break that ends its last line.
fn all_of(stdin: impl Read) -> Result<String, InputError> {
    let mut text =
        bounded_read::text(bounded_read::read(stdin, &Source::Stdin, MAX_STDIN_BYTES)?, &Source::Stdin)?;
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    Ok(text)
}

#[cfg(test)]
mod tests {
    //! Ladder: pure function.
    use super::*;

    #[test]
    fn argument_and_standard_input_make_the_prompt() {
        let data = StdinKind::Data;
        for (argument, stdin, kind, expected) in [
            (Some("Hi"), "", StdinKind::Terminal, Some("Hi")),
            (Some("Hi"), "ignored", StdinKind::Device, Some("Hi")),
            (Some("Hi"), "", data, Some("Hi")),
            (Some("Hi"), "\n \n", data, Some("Hi")),
            (Some("Hi"), "a\nb\n", data, Some("Hi\n\na\nb")),
            (Some("-"), "a\r\n", data, Some("a")),
            (Some("-"), "typed\n", StdinKind::Terminal, Some("typed")),
            (None, "\u{feff}a", data, Some("a")),
            (None, "", StdinKind::Terminal, None),
            (None, "", StdinKind::Device, None),
            (None, " \n", data, None),
        ] {
            let prompt = read(argument, stdin.as_bytes(), kind).unwrap();
            assert_eq!(prompt.as_deref(), expected, "{argument:?} {stdin:?}");
        }
    }

    #[test]
    fn a_prompt_that_cannot_be_used_is_refused() {
        for (argument, stdin, expected) in [
            (Some(" "), b"".to_vec(), "the prompt is empty"),
            (Some("-"), b" \n".to_vec(), "the prompt is empty"),
            (None, vec![b'a', 0xff], "standard input is not UTF-8 text (the byte at position 2 is wrong)"),
            (Some("Hi"), vec![b'a'; 10 * 1024 * 1024 + 1], "standard input is longer than 10485760 bytes"),
        ] {
            let error = read(argument, stdin.as_slice(), StdinKind::Data).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
