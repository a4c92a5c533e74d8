//! Pure function: model lists.

mod fixture;

use codex_protocol::{ModelCatalogue, ModelInfo, ModelList, ModelVisibility, ReasoningEffort};
use serde_json::{Value, json};

#[test]
fn a_model_needs_its_slug_only_and_keeps_what_is_new() {
    let json = json!({"slug":"gpt-x","minimal_client_version":[0,99,0],"priority":3,"context_window":272_000,
        "default_reasoning_level":"ultra","visibility":"list","supported_reasoning_levels":[{"effort":"low"}]});
    let model: ModelInfo = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(model.usable_context(), Some(258_400));
    assert_eq!(model.visibility, Some(ModelVisibility::List));
    assert_eq!(model.default_reasoning_level, Some(ReasoningEffort::Other("ultra".to_owned())));
    let written = serde_json::to_value(&model).unwrap();
    for (name, value) in json.as_object().unwrap() {
        assert_eq!(&written[name], value, "{name}");
    }
    assert_eq!(ModelInfo::default().usable_context(), None);
}

#[test]
fn published_lists() {
    let Some(text) = fixture::published("models.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let list: ModelList = serde_json::from_value(data["public"]["example"].clone()).unwrap();
    assert_eq!(list.data.len(), 2);
    for example in data["codex"]["examples"].as_array().unwrap() {
        let catalogue: ModelCatalogue = serde_json::from_value(example.clone()).unwrap();
        let written = serde_json::to_value(&catalogue).unwrap();
        for (model, written) in
            example["models"].as_array().unwrap().iter().zip(written["models"].as_array().unwrap())
        {
            for (name, value) in fixture::without_nulls(model).as_object().unwrap() {
                assert_eq!(&written[name], value, "{name}");
            }
        }
    }
    let codex = &data["codex"];
    for field in ["fields_required", "fields_nullable_or_defaulted"] {
        for name in codex[field].as_array().unwrap() {
            let name = name.as_str().unwrap().split('(').next().unwrap();
            let value = json!({"slug":"s", name: if name == "slug" { json!("s") } else { Value::Null }});
            let model: ModelInfo = serde_json::from_value(value).unwrap();
            assert!(model.extra.is_empty(), "{name} has no field");
        }
    }
}
