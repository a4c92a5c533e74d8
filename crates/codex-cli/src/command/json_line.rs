//! One line of JSON on standard output.

use std::io::{self, Write, stdout};

use serde::Serialize;

/// Prints `value` as one line.
pub(super) fn print<T: Serialize + ?Sized>(value: &T) -> io::Result<()> {
    let mut out = stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}
