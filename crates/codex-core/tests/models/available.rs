//! Fake transport: what a login may use, and what it takes when nobody says.

use codex_api::AuthMode;
use codex_core::models::ModelsManager;
use serde_json::{Value, json};

use crate::support::{Bench, model};

fn check(login: Option<AuthMode>, list: &[Value], expected: &[(&str, bool, bool)]) {
    let bench = Bench::new([]);
    let given = list.iter().cloned().map(model).collect();
    let manager = ModelsManager::new(&bench.api(), bench.settings().auth_mode(login).catalogue(given));
    let available = manager.available_models();
    let found: Vec<_> =
        available.iter().map(|model| (model.info.slug.as_str(), model.shown, model.is_default)).collect();
    assert_eq!(found, expected);
    let default = manager.default_model().map(|model| model.slug.clone());
    assert_eq!(default.as_deref(), expected.iter().find(|model| model.2).map(|model| model.0));
}

#[test]
fn login_and_visibility_decide() {
    let list = [
        json!({"slug": "hidden", "priority": 1, "visibility": "hide", "supported_in_api": true}),
        json!({"slug": "plan-only", "priority": 2, "visibility": "list"}),
        json!({"slug": "both", "priority": 3, "visibility": "list", "supported_in_api": true}),
        json!({"slug": "unsaid", "priority": 4, "supported_in_api": true}),
        json!({"slug": "none", "priority": 5, "visibility": "none", "supported_in_api": true}),
    ];
    check(
        Some(AuthMode::Chatgpt),
        &list,
        &[
            ("hidden", false, false),
            ("plan-only", true, true),
            ("both", true, false),
            ("unsaid", false, false),
            ("none", false, false),
        ],
    );
    let in_api =
        [("hidden", false, false), ("both", true, true), ("unsaid", false, false), ("none", false, false)];
    check(Some(AuthMode::ApiKey), &list, &in_api);
    check(None, &list, &in_api);
}

#[test]
fn without_a_shown_model_the_first_is_the_default() {
    let list = [
        json!({"slug": "b", "priority": 2, "supported_in_api": true}),
        json!({"slug": "a", "priority": 1, "supported_in_api": true, "visibility": "hide"}),
    ];
    check(None, &list, &[("a", false, true), ("b", false, false)]);
    check(None, &[json!({"slug": "plan-only", "visibility": "list"})], &[]);
    check(Some(AuthMode::Chatgpt), &[], &[]);
}

#[test]
fn a_login_takes_effect_at_once() {
    let bench = Bench::new([]);
    let settings = bench.settings().bundled(vec![model(json!({"slug": "plan-only"}))]);
    let manager = ModelsManager::new(&bench.api(), settings);
    assert_eq!(manager.available_models().len(), 1);
    manager.set_auth_mode(None);
    assert!(manager.available_models().is_empty());
    assert_eq!(format!("{manager:?}"), "ModelsManager { models: 0, fetched_at: None, .. }");
}
