//! Who takes part.

use std::path::PathBuf;

use bench_harness::{Failure, benches, binary, cargo_build, peers};
use workload::{Body, Scenario, Tally};

use crate::scripts;

/// One contestant.
#[derive(Debug)]
pub(crate) struct Contestant {
    /// On the command line.
    pub(crate) name: &'static str,
    /// What it is, for the table; `{}` is the version of its package.
    pub(crate) title: &'static str,
    pub(crate) program: Program,
    pub(crate) proof: Proof,
}

/// How it is started.
#[derive(Debug)]
pub(crate) enum Program {
    /// A binary of this workspace, from the package of that name.
    Rust {
        package: &'static str,
        peer: &'static str,
    },
    Node {
        script: &'static str,
    },
    Python {
        script: &'static str,
    },
}

/// What it can show for its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Bytes of the body alone.
    Bytes,
    /// Text deltas; its API does not hand out finished messages.
    Deltas,
    /// Text deltas and finished messages.
    DeltasAndItems,
    /// The same; and a finished message of which no delta came is handed out as one delta.
    FillsInDeltas,
}

pub(crate) const OURS: &str = "ours";
pub(crate) const HANDWRITTEN: &str = "handwritten";
pub(crate) const RAW: &str = "raw";
pub(crate) const ASYNC_OPENAI: &str = "async-openai";

const fn rust(
    name: &'static str,
    title: &'static str,
    package: &'static str,
    peer: &'static str,
) -> Contestant {
    Contestant { name, title, program: Program::Rust { package, peer }, proof: Proof::DeltasAndItems }
}

/// Every contestant, in the order of the table.
pub(crate) static ALL: [Contestant; 10] = [
    Contestant { proof: Proof::Bytes, ..rust(RAW, "raw read (reqwest {})", "bench-raw", "reqwest") },
    rust(HANDWRITTEN, "hand-written loop (serde_json {})", "bench-handwritten", "serde_json"),
    rust(OURS, "codex-api {} (ours)", "bench-ours", "codex-api"),
    rust(
        "eventsource-stream2",
        "eventsource-stream2 {} + tagged enum",
        "bench-eventsource-stream2",
        "eventsource-stream2",
    ),
    rust(
        "eventsource-stream",
        "eventsource-stream {} + tagged enum",
        "bench-eventsource-stream",
        "eventsource-stream",
    ),
    rust(ASYNC_OPENAI, "async-openai {}", "bench-async-openai", "async-openai"),
    Contestant { proof: Proof::Deltas, ..rust("genai", "genai {}", "bench-genai", "genai") },
    Contestant { proof: Proof::FillsInDeltas, ..rust("rig", "rig-core {}", "bench-rig", "rig-core") },
    Contestant {
        name: "openai-node",
        title: "openai-node {}",
        program: Program::Node { script: "openai_node.mjs" },
        proof: Proof::DeltasAndItems,
    },
    Contestant {
        name: "openai-python",
        title: "openai-python {}",
        program: Program::Python { script: "openai_python.py" },
        proof: Proof::DeltasAndItems,
    },
];

impl Contestant {
    pub(crate) fn is_script(&self) -> bool {
        !matches!(self.program, Program::Rust { .. })
    }

    /// The command line, without the base URL.
    pub(crate) fn command(&self) -> Vec<PathBuf> {
        match self.program {
            Program::Rust { package, .. } => vec![binary(package)],
            Program::Node { script } => vec!["node".into(), peers().join(script)],
            Program::Python { script } => {
                vec![scripts::python(), benches().join("scripts").join(script)]
            }
        }
    }

    /// The title, with the version.
    pub(crate) fn label(&self) -> String {
        let version = match self.program {
            Program::Rust { peer, .. } => locked_version(peer),
            Program::Node { .. } => scripts::node_version(),
            Program::Python { .. } => scripts::python_version(),
        };
        self.title.replace("{}", version.as_deref().unwrap_or("?"))
    }

    /// Whether its tally shows all of the work, as far as its API lets it.
    pub(crate) fn proved(&self, tally: &Tally, expected: &Tally) -> bool {
        match self.proof {
            Proof::Bytes => tally.bytes == expected.bytes,
            Proof::Deltas => {
                (tally.deltas, tally.text, tally.checksum)
                    == (expected.deltas, expected.text, expected.checksum)
            }
            Proof::FillsInDeltas if expected.deltas == 0 => {
                (tally.text, tally.item_text) == (expected.item_text, expected.item_text)
            }
            Proof::DeltasAndItems | Proof::FillsInDeltas => *tally == Tally { bytes: 0, ..*expected },
        }
    }

    /// Whether the stream's main content is something its API never hands out.
    pub(crate) fn drops(&self, scenario: &Scenario) -> bool {
        self.proof == Proof::Deltas && matches!(scenario.body, Body::LargeItem(_))
    }
}

/// Builds contestants, each alone: features of one must not reach another.
pub(crate) fn build(contestants: &[&Contestant]) -> Result<(), Failure> {
    for contestant in contestants {
        match contestant.program {
            Program::Rust { package, .. } => cargo_build(package)?,
            Program::Node { script } => scripts::install_node(script)?,
            Program::Python { .. } => scripts::install_python()?,
        }
    }
    Ok(())
}

/// The version of a package in this workspace's lock file; the highest where there are several.
fn locked_version(package: &str) -> Option<String> {
    let lock = std::fs::read_to_string(benches().join("Cargo.lock")).ok()?;
    let header = format!("name = \"{package}\"\nversion = \"");
    let start = lock.rfind(&header)? + header.len();
    lock[start..].split('"').next().map(str::to_owned)
}
