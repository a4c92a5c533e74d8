//! What the service is told about a turn (wire.md 14).

use std::collections::BTreeMap;

use serde::Serialize;

/// Name of the header, and of the entry in a frame's metadata.
pub(crate) const TURN_METADATA: &str = "x-codex-turn-metadata";

/// What the service is told about a turn: its id, and the repositories it works on. Sent only when the caller sets it: it
/// holds paths and the addresses of repositories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TurnMetadata {
    /// Id of the turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
    /// How its commands are confined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<String>,
    /// The repositories, by the path of their root.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub workspaces: BTreeMap<String, Workspace>,
}

/// A repository that a turn works on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Workspace {
    /// Names and URLs of its remotes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub associated_remote_urls: BTreeMap<String, String>,
    /// The commit that is checked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_git_commit_hash: Option<String>,
    /// Whether something is not committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_changes: Option<bool>,
}

impl TurnMetadata {
    /// With this id and nothing else.
    pub fn of_turn(turn_id: impl Into<String>) -> Self {
        Self { turn_id: Some(turn_id.into()), ..Self::default() }
    }

    /// The value, where it is one that a header may carry: others are left out, as the service expects.
    pub(crate) fn value(&self) -> Option<String> {
        let json = serde_json::to_string(self).ok()?;
        json.bytes().all(|byte| (b' '..=b'~').contains(&byte)).then_some(json)
    }
}

#[cfg(test)]
mod tests {
    //! Pure function.
    use super::*;

    #[test]
    fn what_is_absent_is_left_out_and_what_no_header_carries_is_not_sent() {
        assert_eq!(TurnMetadata::of_turn("t-1").value().as_deref(), Some(r#"{"turn_id":"t-1"}"#));
        let mut metadata = TurnMetadata::default();
        let workspace = Workspace { has_changes: Some(true), ..Workspace::default() };
        metadata.workspaces.insert("/src".to_owned(), workspace);
        assert_eq!(metadata.value().as_deref(), Some(r#"{"workspaces":{"/src":{"has_changes":true}}}"#));
        assert_eq!(TurnMetadata::of_turn("tür").value(), None);
    }
}
