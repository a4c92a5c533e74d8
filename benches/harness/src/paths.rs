//! Where things stand.

use std::path::{Path, PathBuf};

/// The benches folder.
pub fn benches() -> PathBuf {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    harness.parent().unwrap_or(harness).to_owned()
}

/// A binary of this workspace: beside the one that runs.
pub fn binary(name: &str) -> PathBuf {
    std::env::current_exe().unwrap_or_default().with_file_name(name)
}

/// Where the script contestants are installed.
pub fn peers() -> PathBuf {
    benches().join(".peers")
}
