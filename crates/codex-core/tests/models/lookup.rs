//! Pure function: what is known of a model by the name that a user gives it.

use codex_api::{ModelVisibility, TruncationMode};
use codex_core::models::{ModelOrigin, ModelsManager};
use serde_json::json;

use crate::support::{Bench, model};

fn manager(slugs: &[&str]) -> ModelsManager {
    let bench = Bench::new([]);
    let given = slugs.iter().map(|slug| model(json!({"slug": slug, "description": slug}))).collect();
    ModelsManager::new(&bench.api(), bench.settings().catalogue(given))
}

#[test]
fn the_longest_slug_that_the_name_begins_with_counts() {
    let manager = manager(&["gpt-5", "gpt-5.4-mini", "gpt-5.4", "x", ""]);
    for (name, slug) in [
        ("gpt-5.4", Some("gpt-5.4")),
        ("gpt-5.4-2026-03-05", Some("gpt-5.4")),
        ("gpt-5.4-mini-high", Some("gpt-5.4-mini")),
        ("gpt-5.9", Some("gpt-5")),
        ("gpt-", None),
        ("", None),
        ("other", None),
        // One slash, and a namespace of letters, digits and underscores.
        ("azure_1/gpt-5.4", Some("gpt-5.4")),
        ("A/xy", Some("x")),
        ("/x", None),
        ("a/b/x", None),
        ("a/b/gpt-5", None),
        ("my-ns/x", None),
        ("my.ns/x", None),
        ("näme/x", None),
        ("ns/", None),
        ("ns/other", None),
        // The whole name is tried first.
        ("x/gpt-5.4", Some("x")),
    ] {
        let resolved = manager.model_info(name);
        let found = match &resolved.origin {
            ModelOrigin::Listed { slug } => Some(slug.as_str()),
            _ => None,
        };
        assert_eq!(found, slug, "{name}");
        assert_eq!((resolved.info.slug.as_str(), resolved.is_fallback()), (name, slug.is_none()));
        assert_eq!(resolved.info.description.as_deref(), slug, "{name}");
    }
}

#[test]
fn a_model_that_no_list_has_gets_assumptions() {
    let resolved = manager(&[]).model_info("my-model");
    assert!(resolved.is_fallback());
    let info = resolved.info;
    assert_eq!((info.slug.as_str(), info.priority), ("my-model", 99));
    assert_eq!(info.visibility, Some(ModelVisibility::None));
    assert_eq!(info.context_window, Some(272_000));
    assert_eq!((info.usable_context(), info.auto_compact_limit()), (Some(258_400), Some(244_800)));
    let truncation = info.truncation_policy.unwrap();
    assert_eq!((truncation.mode, truncation.limit), (TruncationMode::Bytes, 10_000));
    assert_eq!(info.input_modalities.unwrap(), ["text", "image"]);
    assert!(!info.supports_reasoning_summaries);
}

#[test]
fn usable_context_and_compaction_limit_never_exceed_the_window() {
    // Window, percent, told limit; usable, compaction.
    for (window, percent, told, usable, compaction) in [
        (Some(100_000), None, None, Some(95_000), Some(90_000)),
        (Some(100_000), Some(50), Some(40_000), Some(50_000), Some(40_000)),
        (Some(100_000), Some(250), Some(99_000), Some(100_000), Some(90_000)),
        (Some(0), Some(0), Some(1), Some(0), Some(0)),
        (Some(u64::MAX), Some(100), None, Some(u64::MAX), Some(u64::MAX / 10 * 9 + 4)),
        (None, Some(50), Some(7), None, Some(7)),
        (None, None, None, None, None),
    ] {
        let mut info = codex_api::ModelInfo::default();
        info.context_window = window;
        info.effective_context_window_percent = percent;
        info.auto_compact_token_limit = told;
        assert_eq!((info.usable_context(), info.auto_compact_limit()), (usable, compaction), "{window:?}");
    }
}
