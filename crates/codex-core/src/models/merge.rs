//! One list out of the bundled one and the one that was fetched.

use std::{collections::HashMap, sync::Arc};

use codex_api::ModelInfo;

/// The most models that are taken from one list. The service has some tens.
pub const MAX_MODELS: usize = 1_000;

/// Each fetched model takes the place of the bundled one with its slug, or comes after all others. Then they are sorted by
/// priority, low first; equal ones stay in their order.
pub(super) fn merged(bundled: &[Arc<ModelInfo>], fetched: &[Arc<ModelInfo>]) -> Vec<Arc<ModelInfo>> {
    let mut models: Vec<Arc<ModelInfo>> = Vec::with_capacity(bundled.len() + fetched.len());
    let mut places: HashMap<&str, usize> = HashMap::new();
    for model in bundled.iter().chain(fetched) {
        let place = *places.entry(&model.slug).or_insert(models.len());
        match models.get_mut(place) {
            Some(known) => *known = Arc::clone(model),
            None => models.push(Arc::clone(model)),
        }
    }
    models.sort_by_key(|model| model.priority);
    models
}

/// The models that can be named, at most [`MAX_MODELS`] of them. An empty slug would be the beginning of every name.
pub(super) fn nameable(mut models: Vec<ModelInfo>) -> Vec<Arc<ModelInfo>> {
    let all = models.len();
    models.retain(|model| !model.slug.trim().is_empty());
    models.truncate(MAX_MODELS);
    if models.len() < all {
        tracing::warn!(
            left_out = all - models.len(),
            limit = MAX_MODELS,
            "models without a slug or beyond the limit are left out"
        );
    }
    models.into_iter().map(Arc::new).collect()
}
