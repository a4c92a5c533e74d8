//! What the user gives beside flags: standard input, images, schemas, tool files, items, recordings.

mod bounded_read;
mod error;
mod image;
mod items;
mod line_input;
mod prompt;
mod request;
mod schema;
mod stdin_kind;
mod text_or_file;
mod tool_file;
mod wav;

pub(crate) use error::{InputError, Source};
pub(crate) use items::{read_conversation, read_trace};
pub(crate) use line_input::LineInput;
pub(crate) use request::{DEFAULT_MODEL, Prepared, prepare};
pub(crate) use stdin_kind::StdinKind;
pub(crate) use text_or_file::text_or_file;
pub(crate) use tool_file::ToolCommands;
pub(crate) use wav::Wav;
