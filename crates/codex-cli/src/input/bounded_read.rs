//! Reading what somebody else decided the length of.

use std::{fs::File, io::Read, path::Path};

use super::error::{InputError, Source};

/// All bytes of a reader, unless there are more than `limit`.
pub(super) fn read(reader: impl Read, from: &Source, limit: u64) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    // One byte more than the limit tells an input at the limit from one beyond it.
    let read = reader.take(limit + 1).read_to_end(&mut bytes);
    let length = read.map_err(|source| InputError::Read { from: from.clone(), source })?;
    if length as u64 > limit {
        return Err(InputError::TooLong { from: from.clone(), limit });
    }
    Ok(bytes)
}

/// All bytes of a file, unless there are more than `limit`.
pub(super) fn read_file(path: &Path, from: &Source, limit: u64) -> Result<Vec<u8>, InputError> {
    let file = File::open(path).map_err(|source| InputError::Read { from: from.clone(), source })?;
    read(file, from, limit)
}

/// Bytes as text, without a byte order mark.
pub(super) fn text(bytes: Vec<u8>, from: &Source) -> Result<String, InputError> {
    let text = String::from_utf8(bytes).map_err(|error| InputError::NotUtf8 {
        from: from.clone(),
        position: error.utf8_error().valid_up_to() + 1,
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
