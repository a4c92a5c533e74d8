//! The contestants that are scripts: installed into a folder of their own, on wish.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use bench_harness::{Failure, benches, peers};

const OPENAI_NODE: &str = "openai@7";
const OPENAI_PYTHON: &str = "openai==3.54.*";

/// Installs openai-node, and puts the script beside it: that is where node looks for modules.
pub(crate) fn install_node(script: &str) -> Result<(), Failure> {
    let peers = peers();
    fs::create_dir_all(&peers)?;
    fs::copy(benches().join("scripts").join(script), peers.join(script))?;
    if peers.join("node_modules/openai").is_dir() {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    succeed(
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(&peers).arg(OPENAI_NODE),
    )
}

/// Installs openai-python into a virtual environment.
pub(crate) fn install_python() -> Result<(), Failure> {
    if python_version().is_some() {
        return Ok(());
    }
    let venv = peers().join("venv");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    succeed(Command::new(python()).args(["-m", "pip", "install", "--quiet", OPENAI_PYTHON]))
}

/// The interpreter of that environment.
pub(crate) fn python() -> PathBuf {
    peers().join("venv/bin/python")
}

pub(crate) fn node_version() -> Option<String> {
    let package = fs::read_to_string(peers().join("node_modules/openai/package.json")).ok()?;
    package.split("\"version\": \"").nth(1)?.split('"').next().map(str::to_owned)
}

pub(crate) fn python_version() -> Option<String> {
    let code = "import importlib.metadata as m; print(m.version('openai'))";
    let output = Command::new(python()).args(["-c", code]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn succeed(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
