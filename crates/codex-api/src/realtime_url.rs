//! The URL of a realtime session: rules of its path and its query (wire.md 9).

use codex_protocol::realtime::RealtimeVersion;
use url::Url;

use crate::{endpoint::realtime::RealtimeSettings, provider::Provider};

/// The URL to connect to. The query stands in this order: intent, model, then the provider's parameters except `intent`
/// and, when a model is given, `model`.
pub(crate) fn build(provider: &Provider, settings: &RealtimeSettings) -> Url {
    let mut url = provider.base_url().clone();
    let path = path(url.path());
    url.set_path(&path);
    let intent = match settings.version {
        RealtimeVersion::V1 => Some("quicksilver"),
        RealtimeVersion::V2 if settings.transcribes() => Some("transcription"),
        RealtimeVersion::V2 => None,
    };
    let model = settings.model.as_deref();
    let of_provider = provider
        .query_pairs()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| *name != "intent" && (model.is_none() || *name != "model"));
    let pairs: Vec<_> = intent
        .map(|intent| ("intent", intent))
        .into_iter()
        .chain(model.map(|model| ("model", model)))
        .chain(of_provider)
        .collect();
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    url
}

fn path(base: &str) -> String {
    let trimmed = base.trim_end_matches('/');
    if trimmed.is_empty() {
        "/v1/realtime".to_owned()
    } else if trimmed.ends_with("/realtime") {
        trimmed.to_owned()
    } else if trimmed.ends_with("/v1") {
        format!("{trimmed}/realtime")
    } else {
        base.to_owned()
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn paths_lead_to_realtime() {
        for (base, expected) in [
            ("", "/v1/realtime"),
            ("/", "/v1/realtime"),
            ("/v1", "/v1/realtime"),
            ("/v1/", "/v1/realtime"),
            ("/openai/v1", "/openai/v1/realtime"),
            ("/v1/realtime", "/v1/realtime"),
            ("/v1/realtime/", "/v1/realtime"),
            ("/elsewhere", "/elsewhere"),
        ] {
            assert_eq!(path(base), expected, "{base}");
        }
    }

    #[test]
    fn the_query_has_one_order() {
        let plain = Provider::new("p", "https://host.test").unwrap();
        let odd = plain
            .clone()
            .query("intent", "x")
            .unwrap()
            .query("model", "theirs")
            .unwrap()
            .query("a", "b c")
            .unwrap();
        let conversation = RealtimeSettings::conversation("");
        let table: [(&Provider, RealtimeSettings, Option<&str>); 6] = [
            (&plain, conversation.clone(), None),
            (&plain, conversation.clone().model("m"), Some("model=m")),
            (
                &plain,
                conversation.clone().version(RealtimeVersion::V1).model("m"),
                Some("intent=quicksilver&model=m"),
            ),
            (&plain, RealtimeSettings::transcription(), Some("intent=transcription")),
            (&odd, conversation.clone().model("m"), Some("model=m&a=b+c")),
            (&odd, conversation, Some("model=theirs&a=b+c")),
        ];
        for (provider, settings, query) in table {
            assert_eq!(build(provider, &settings).query(), query, "{settings:?}");
        }
    }
}
