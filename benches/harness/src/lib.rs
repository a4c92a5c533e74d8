//! What the bench programs share: the server process, the build, the machine, the paths.

mod build;
mod http;
mod machine;
mod paths;
mod sample;
mod server;
pub mod text;

pub use build::cargo_build;
pub use http::{Request, read_request};
pub use machine::Machine;
pub use paths::{benches, binary, peers};
pub use sample::{Sample, field, line};
pub use server::Server;

/// What goes wrong here is told to a person, and ends the run.
pub type Failure = Box<dyn std::error::Error>;
