//! The attachment about proxies.

use crate::Environment;

/// Names that make a report on connectivity worth its own file.
const TELLING: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "openai_base_url"];

/// What decides how connections are made; `None` when nothing out of the ordinary does.
pub(super) fn text(environment: &Environment) -> Option<String> {
    let telling = |name: &str| TELLING.contains(&name.to_ascii_lowercase().as_str());
    if !environment.variables.iter().any(|variable| telling(&variable.name)) {
        return None;
    }
    let mut text =
        String::from("Connections are made with these variables (user-info and query removed):\n\n");
    for variable in &environment.variables {
        text.push_str(&format!("{} = {}\n", variable.name, variable.value));
    }
    Some(text)
}
