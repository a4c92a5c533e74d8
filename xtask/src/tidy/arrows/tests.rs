//! Rung: pure function.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use super::{ALLOWED, check, is_allowed};

#[test]
fn arrows_point_down_only() {
    use DependencyKind::{Development, Normal};
    let cases = [
        ("codex-api", "codex-client", Normal, true),
        ("codex-client", "codex-protocol", Normal, false),
        ("codex-protocol", "codex-client", Normal, false),
        ("codex-otel", "codex-api", Normal, false),
        ("codex-otel", "codex-api", Development, false),
        ("codex-sim", "codex-api", Normal, false),
        ("codex-api", "codex-sim", Normal, false),
        ("codex-api", "codex-sim", Development, true),
        ("codex-api", "codex-api", Development, true),
        ("codex-cli", "codex-core", Normal, true),
        ("codex-unheard-of", "codex-api", Normal, false),
    ];
    for (from, to, kind, expected) in cases {
        assert_eq!(is_allowed(from, to, kind), expected, "{from} -> {to} ({kind})");
    }
}

/// A crate listed below another must not reach back up, or the table allows a circle.
#[test]
fn the_table_has_no_circle() {
    for (index, (from, below)) in ALLOWED.iter().enumerate() {
        for to in *below {
            let position = ALLOWED.iter().position(|(name, _)| name == to).expect("every name has a row");
            assert!(position < index, "{from} -> {to}: rows go from the bottom up");
        }
    }
}

#[test]
fn finds_a_forbidden_arrow_at_its_manifest() {
    let metadata =
        metadata(&["codex-client", "codex-protocol"], &[("codex-client", "codex-protocol", "null")]);
    let found = check(&metadata);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "crates/codex-client/Cargo.toml");
    assert!(found[0].fact.contains("codex-client must not depend on codex-protocol"), "{}", found[0].fact);
}

#[test]
fn finds_a_transport_through_another_crate() {
    let nodes = ["codex-otel", "middle", "hyper"];
    let through = |kind| metadata(&nodes, &[("codex-otel", "middle", "null"), ("middle", "hyper", kind)]);
    assert_eq!(check(&through("null")).len(), 1);
    assert_eq!(check(&through("\"build\"")).len(), 1);
    assert!(check(&through("\"dev\"")).is_empty());
}

#[test]
fn an_exporter_may_bring_its_own_transport() {
    let nodes = ["codex-otel", "codex-feedback", "reqwest", "hyper"];
    let exporter = [("codex-otel", "reqwest", "null"), ("reqwest", "hyper", "null")];
    assert!(check(&metadata(&nodes, &exporter)).is_empty());
    // Another transport, and the same one elsewhere, is found.
    assert_eq!(check(&metadata(&nodes, &[("codex-otel", "hyper", "null")])).len(), 1);
    assert_eq!(check(&metadata(&nodes, &[("codex-feedback", "reqwest", "null")])).len(), 1);
}

/// What `cargo metadata` prints for these packages, as far as the rule reads it.
fn metadata(names: &[&str], edges: &[(&str, &str, &str)]) -> Metadata {
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let from = |name: &str| edges.iter().filter(move |edge| edge.0 == name).copied().collect::<Vec<_>>();
    let packages = names.iter().map(|name| {
        let dependencies = from(name).into_iter().map(|(_, to, kind)| {
            format!(r#"{{"name":"{to}","req":"*","kind":{kind},"optional":false,"uses_default_features":true,"features":[],"target":null}}"#)
        });
        format!(
            r#"{{"name":"{name}","version":"0.1.0","id":"{name}","dependencies":{},"targets":[],"features":{{}},"manifest_path":"/w/crates/{name}/Cargo.toml","edition":"2024"}}"#,
            list(dependencies.collect())
        )
    });
    let nodes = names.iter().map(|name| {
        let deps = from(name).into_iter().map(|(_, to, kind)| {
            format!(r#"{{"name":"{to}","pkg":"{to}","dep_kinds":[{{"kind":{kind},"target":null}}]}}"#)
        });
        format!(r#"{{"id":"{name}","dependencies":[],"deps":{},"features":[]}}"#, list(deps.collect()))
    });
    let members =
        list(names.iter().filter(|it| it.starts_with("codex-")).map(|it| format!("\"{it}\"")).collect());
    MetadataCommand::parse(format!(
        r#"{{"packages":{},"workspace_members":{members},"resolve":{{"nodes":{},"root":null}},"workspace_root":"/w","target_directory":"/w/target","version":1}}"#,
        list(packages.collect()),
        list(nodes.collect())
    ))
    .expect("the test writes valid metadata")
}
