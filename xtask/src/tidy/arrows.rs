//! Arrows between the crates point down only, and the crates without I/O stay without it.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, Metadata, Package, PackageId};

use super::finding::Finding;

/// What each crate of the product may depend on. A crate that is not listed may depend on none of them.
const ALLOWED: &[(&str, &[&str])] = &[
    ("codex-protocol", &[]),
    ("codex-observe", &[]),
    ("codex-client", &[]),
    ("codex-sim", &["codex-protocol"]),
    ("codex-otel", &["codex-observe", "codex-protocol"]),
    ("codex-feedback", &["codex-observe", "codex-protocol"]),
    ("xtask", &["codex-observe", "codex-otel"]),
    ("codex-api", &["codex-client", "codex-protocol", "codex-observe"]),
    (
        "codex-core",
        &["codex-api", "codex-client", "codex-protocol", "codex-observe", "codex-otel", "codex-feedback"],
    ),
    (
        "codex-cli",
        &[
            "codex-core",
            "codex-api",
            "codex-client",
            "codex-protocol",
            "codex-observe",
            "codex-otel",
            "codex-feedback",
            "codex-sim",
        ],
    ),
];

/// Only tests may use these, besides what [`ALLOWED`] says: the simulator is everyone's test double.
const ALLOWED_IN_TESTS: &[&str] = &["codex-sim"];

/// Crates that must not pull in a transport, not even through another crate.
const WITHOUT_TRANSPORT: &[&str] = &["codex-protocol", "codex-observe", "codex-otel", "codex-feedback"];

/// The transports, and what wraps them.
const TRANSPORTS: &[&str] = &["reqwest", "hyper", "hyper-util", "tungstenite", "tokio-tungstenite"];

/// The telemetry exporter has a transport of its own: it is allowed there, and what is below it is not looked at.
const EXPORTERS: &[(&str, &str)] = &[("codex-otel", "reqwest")];

pub(crate) fn check(metadata: &Metadata) -> Vec<Finding> {
    let members = metadata.workspace_packages();
    let names: BTreeSet<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    for package in &members {
        let path = manifest_path(metadata, package);
        for dependency in package.dependencies.iter().filter(|it| names.contains(it.name.as_str())) {
            if !is_allowed(&package.name, &dependency.name, dependency.kind) {
                let fact = format!("{} must not depend on {}", package.name, dependency.name);
                findings.push(Finding::error(&path, 1, fact).remedy(
                    "move the shared part down, or pass it in as a trait (the table is in xtask/src/tidy/arrows.rs)",
                ));
            }
        }
        if WITHOUT_TRANSPORT.contains(&package.name.as_str()) {
            findings.extend(transports_below(metadata, package).into_iter().map(|transport| {
                let fact = format!("{} pulls in {transport}", package.name);
                Finding::error(&path, 1, fact)
                    .remedy("`cargo tree -i` shows through what; drop it or its feature")
            }));
        }
    }
    findings
}

fn is_allowed(from: &str, to: &str, kind: DependencyKind) -> bool {
    let listed = ALLOWED.iter().find(|(name, _)| *name == from).is_some_and(|(_, below)| below.contains(&to));
    // A crate may depend on itself in its tests, to turn on a feature.
    listed || (kind == DependencyKind::Development && (ALLOWED_IN_TESTS.contains(&to) || from == to))
}

/// The transports in the tree of one package, development dependencies left out.
fn transports_below<'m>(metadata: &'m Metadata, package: &'m Package) -> BTreeSet<&'m str> {
    let root: &PackageId = &package.id;
    let Some(resolve) = &metadata.resolve else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::from([root]);
    let mut waiting = vec![root];
    while let Some(id) = waiting.pop() {
        let name =
            metadata.packages.iter().find(|package| package.id == *id).map_or("", |it| it.name.as_str());
        if EXPORTERS.contains(&(package.name.as_str(), name)) {
            continue;
        }
        found.extend(TRANSPORTS.iter().filter(|transport| **transport == name));
        let below = resolve.nodes.iter().filter(|node| node.id == *id).flat_map(|node| &node.deps);
        let ordinary =
            below.filter(|it| it.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development));
        waiting.extend(ordinary.map(|it| &it.pkg).filter(|id| seen.insert(id)));
    }
    found
}

fn manifest_path(metadata: &Metadata, package: &Package) -> String {
    let path = package.manifest_path.strip_prefix(&metadata.workspace_root);
    path.unwrap_or(&package.manifest_path).to_string()
}
