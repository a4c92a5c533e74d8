//! What the user gives beside flags: standard input, images, schemas, tool files.

mod bounded_read;
mod error;
mod image;
mod prompt;
mod request;
mod schema;
mod stdin_kind;
mod tool_file;

pub(crate) use error::InputError;
pub(crate) use request::{Prepared, prepare};
pub(crate) use stdin_kind::StdinKind;
pub(crate) use tool_file::ToolCommands;
