//! The name of this machine.

use std::{ffi::OsStr, fs::File, io::Read, path::Path};

/// Where Linux keeps it.
const FILE: &str = "/etc/hostname";
/// Where shells keep it.
const VARIABLE: &str = "HOSTNAME";
/// The longest name that DNS allows, in bytes.
const MAX_BYTES: usize = 253;

/// The name of this machine; `None` where it is not known without a call of the system.
pub(crate) fn host_name() -> Option<String> {
    first_of(Path::new(FILE), std::env::var_os(VARIABLE).as_deref())
}

fn first_of(file: &Path, variable: Option<&OsStr>) -> Option<String> {
    in_file(file).or_else(|| variable?.to_str().and_then(name))
}

/// The first line that is no comment. No more than a page is read, whatever the file is.
fn in_file(file: &Path) -> Option<String> {
    const PAGE: u64 = 4096;
    let mut text = String::new();
    File::open(file).ok()?.take(PAGE).read_to_string(&mut text).ok()?;
    text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).and_then(name)
}

fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.len() <= MAX_BYTES;
    (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    //! Pure function (a file in a folder of its own).
    use super::*;

    #[test]
    fn the_file_wins_and_what_is_no_name_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hostname");
        let long = "a".repeat(MAX_BYTES + 1);
        for (content, variable, expected) in [
            (Some("box\n"), Some("other"), Some("box")),
            (Some("\n# mine\n box.example \nmore"), None, Some("box.example")),
            (Some(" \n"), Some(" other "), Some("other")),
            (Some("two words"), Some("other"), Some("other")),
            (Some(&long), None, None),
            (Some(&long[1..]), None, Some(&long[1..])),
            (None, Some("other"), Some("other")),
            (None, Some(""), None),
            (None, None, None),
        ] {
            let _ = std::fs::remove_file(&file);
            if let Some(content) = content {
                std::fs::write(&file, content).unwrap();
            }
            let found = first_of(&file, variable.map(OsStr::new));
            assert_eq!(found.as_deref(), expected, "{content:?} {variable:?}");
        }
        assert_eq!(first_of(folder.path(), None), None);
    }
}
