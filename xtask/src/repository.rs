//! The repository as the rules see it: its root and the text files that git tracks, or would.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// The files of the work tree: tracked ones and new ones that `.gitignore` does not name.
#[derive(Debug)]
pub(crate) struct Repository {
    root: PathBuf,
    files: Vec<TextFile>,
}

/// One UTF-8 file. Binary files are left out: no rule reads them.
#[derive(Debug)]
pub(crate) struct TextFile {
    /// Relative to the root, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Why the repository could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RepositoryError {
    #[error("cannot run git: install it, or run this inside a clone")]
    Git(#[source] std::io::Error),
    #[error("`git ls-files` ended with {0}: run this inside a clone")]
    GitFailed(ExitStatus),
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
}

impl Repository {
    /// Reads the workspace that this program was built from.
    pub(crate) fn open() -> Result<Self, RepositoryError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .map_err(RepositoryError::Git)?;
        if !listing.status.success() {
            return Err(RepositoryError::GitFailed(listing.status));
        }
        let names = String::from_utf8_lossy(&listing.stdout);
        let mut paths: Vec<&str> = names.split_terminator('\0').collect();
        paths.sort_unstable();
        paths.dedup();
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            files.extend(read_text(&root, path)?);
        }
        Ok(Self { root, files })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn files(&self) -> &[TextFile] {
        &self.files
    }

    /// The text of one file, if git knows it.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }
}

/// `None` for a binary file, a folder (a submodule), and a file deleted but not yet from the index.
fn read_text(root: &Path, name: &str) -> Result<Option<TextFile>, RepositoryError> {
    let path = root.join(name);
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(&path).map_err(|source| RepositoryError::Read { path, source })?;
    Ok(String::from_utf8(bytes).ok().map(|text| TextFile { path: name.to_owned(), text }))
}
