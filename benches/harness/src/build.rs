//! Building what is measured.

use std::process::Command;

use crate::{Failure, paths};

/// Builds one package of this workspace alone, as every contestant is built: features of one must not reach another.
///
/// # Errors
/// When it does not build.
pub fn cargo_build(package: &str) -> Result<(), Failure> {
    // Peers may ask for a newer compiler than they need.
    let status = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--ignore-rust-version", "--package", package])
        .current_dir(paths::benches())
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{package} does not build").into()) }
}
