//! What people look at: text on standard output, everything else on standard error.

mod limits_table;
mod span;
mod spinner;
mod status;
mod text_output;
mod usage_line;
mod visible;

pub(crate) use limits_table::LimitsTable;
pub(crate) use span::{moment, rounded, span};
pub(crate) use spinner::Spinner;
#[cfg(test)]
pub(crate) use status::tests::Written;
pub(crate) use status::{Status, StatusSettings, Verbosity};
pub(crate) use text_output::{OpenLine, Target, TextOutput};
pub(crate) use usage_line::UsageLine;
pub(crate) use visible::{one_line, shown};
