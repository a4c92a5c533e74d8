//! What people look at: text on standard output, everything else on standard error.

mod limits_table;
mod spinner;
mod status;
mod text_output;
mod usage_line;

pub(crate) use limits_table::LimitsTable;
pub(crate) use spinner::Spinner;
pub(crate) use status::{Status, StatusSettings, Verbosity};
pub(crate) use text_output::{Target, TextOutput};
pub(crate) use usage_line::UsageLine;
