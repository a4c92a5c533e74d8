//! Standard input, a line at a time.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Stdin, stdin};

use super::error::{InputError, Source};

/// The longest line that is read, in bytes.
const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// Standard input, a line at a time.
pub(crate) struct LineInput {
    stdin: BufReader<Stdin>,
    /// What of the next line has been read.
    line: Vec<u8>,
}

impl LineInput {
    pub(crate) fn new() -> Self {
        Self { stdin: BufReader::new(stdin()), line: Vec::new() }
    }

    /// The next line that is not blank, without its end; `None` at the end of the input. Dropping the future loses
    /// nothing.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, InputError> {
        loop {
            let room = (MAX_LINE_BYTES + 1).saturating_sub(self.line.len() as u64);
            let read = (&mut self.stdin).take(room).read_until(b'\n', &mut self.line).await;
            read.map_err(|source| InputError::Read { from: Source::Stdin, source })?;
            if self.line.len() as u64 > MAX_LINE_BYTES {
                return Err(InputError::LongLine { limit: MAX_LINE_BYTES });
            }
            let line = std::mem::take(&mut self.line);
            if line.is_empty() {
                return Ok(None);
            }
            let line = String::from_utf8(line).map_err(|error| InputError::NotUtf8 {
                from: Source::Stdin,
                position: error.utf8_error().valid_up_to() + 1,
            })?;
            if !line.trim().is_empty() {
                return Ok(Some(line.trim_end_matches(['\n', '\r']).to_owned()));
            }
        }
    }
}
