//! The server process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use workload::Size;

use crate::{Failure, paths};

/// `serve` as a process of its own; it ends when its standard input closes.
#[derive(Debug)]
pub struct Server {
    child: Child,
    origin: String,
}

impl Server {
    /// Starts it.
    ///
    /// # Errors
    /// When it is not built, or says nothing.
    pub fn start(size: Size) -> Result<Self, Failure> {
        let size = match size {
            Size::Full => "full",
            Size::Quick => "quick",
        };
        let mut child = Command::new(paths::binary("serve"))
            .arg(size)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the server does not start: {error}"))?;
        let mut origin = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut origin)?;
        }
        Ok(Self { child, origin: origin.trim().to_owned() })
    }

    /// The base URL under which it streams a scenario.
    pub fn base_url(&self, scenario: &str) -> String {
        format!("{}/{scenario}/v1", self.origin)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // The process ends by itself; there is nobody to tell if it did not.
        let _ = self.child.wait();
    }
}
