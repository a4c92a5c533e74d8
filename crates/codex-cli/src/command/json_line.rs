//! One line of JSON on standard output.

use std::io::{self, Write, stdout};

use serde::Serialize;

use crate::terminal::{Target, shown};

/// Prints `value` as one line. JSON escapes most control characters by itself, but not all.
pub(super) fn print<T: Serialize + ?Sized>(value: &T, target: Target) -> io::Result<()> {
    let mut out = stdout().lock();
    match target {
        Target::Terminal => out.write_all(shown(&serde_json::to_string(value)?).as_bytes())?,
        Target::Program => serde_json::to_writer(&mut out, value)?,
    }
    out.write_all(b"\n")?;
    out.flush()
}
