//! Pure function: the tags of a report.

use std::collections::BTreeMap;

use crate::support::{recovered, report, request, retried, unauthorized};
use codex_feedback::{
    Feedback, FeedbackTags, MAX_EXTRA_TAGS, Note, RESERVED_TAGS, Redactor, TagRefusal, limits,
};
use codex_observe::Observer;

fn map(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_401_survives_the_success_that_follows_it() {
    let feedback = Feedback::new(Redactor::new());
    for event in [unauthorized(1, "req-1"), recovered("req-1"), retried(2)] {
        feedback.on_event(&event);
    }
    let expected = map(&[
        ("auth_401_error", "missing_authorization_header"),
        ("auth_401_request_id", "req-1"),
        ("auth_header_attached", "true"),
        ("auth_header_name", "authorization"),
        ("auth_mode", "Chatgpt"),
        ("auth_recovery_followup_status", "200"),
        ("auth_recovery_followup_success", "true"),
        ("auth_recovery_mode", "managed"),
        ("auth_recovery_outcome", "recovery_succeeded"),
        ("auth_recovery_phase", "reload"),
        ("auth_retry_after_unauthorized", "true"),
        ("endpoint", "/responses"),
    ]);
    assert_eq!(feedback.tags(), expected);
}

#[test]
fn the_caller_adds_tags_but_sets_none_of_ours() {
    let mut tags = FeedbackTags::new();
    for key in RESERVED_TAGS {
        assert_eq!(tags.set(key, "x"), Err(TagRefusal::Reserved));
    }
    for key in ["auth_mode", "endpoint", "auth_401_request_id", "auth_recovery_outcome"] {
        assert_eq!(tags.set(key, "x"), Err(TagRefusal::AuthFact));
    }
    assert_eq!(tags.set("", "x"), Err(TagRefusal::EmptyKey));
    tags.set("model", "first").unwrap();
    tags.set("model", "second").unwrap();
    tags.set("effort", "high").unwrap();
    tags.set("effort", "").unwrap();
    assert_eq!(tags.snapshot(), map(&[("model", "second")]));
}

#[test]
fn there_are_at_most_so_many_and_a_known_one_may_still_change() {
    let mut tags = FeedbackTags::new();
    for n in 0..MAX_EXTRA_TAGS {
        tags.set(&format!("key{n}"), "x").unwrap();
    }
    assert_eq!(tags.set("one_more", "x"), Err(TagRefusal::TooMany));
    tags.set("key0", "changed").unwrap();
    assert_eq!(tags.snapshot()["key0"], "changed");
    assert_eq!(tags.snapshot().len(), MAX_EXTRA_TAGS);
}

#[test]
fn the_tracker_s_limits_hold_and_every_change_is_noted() {
    let feedback = Feedback::new(Redactor::new());
    feedback.set_tag("lines", "a\nb").unwrap();
    feedback.set_tag("long", &"é".repeat(10 * 1024)).unwrap();
    feedback.set_tag("a key", "x").unwrap();
    feedback.set_tag("a_key", "y").unwrap();
    feedback.set_tag("release", "1").unwrap();
    feedback.set_tag(&"k".repeat(40), "x").unwrap();
    feedback.set_tag("thread_id", "mine").unwrap_err();
    let report = report(&feedback, request());

    for (key, value) in report.tags() {
        assert!((1..=limits::MAX_TAG_KEY_CHARS).contains(&key.len()), "{key}");
        assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte)), "{key}");
        assert!((1..=limits::MAX_TAG_VALUE_CHARS).contains(&value.chars().count()), "{key}");
        assert!(!value.contains(char::is_control), "{key}");
    }
    assert_eq!(report.tags()["lines"], "a b");
    assert_eq!(report.tags()["tag_release"], "1");
    let has =
        |note: Note| assert!(report.notes().contains(&note), "{note} is missing in {:?}", report.notes());
    has(Note::TagFlattened { key: "lines".into() });
    has(Note::TagCut { key: "long".into(), chars: 4_096, limit: 200 });
    has(Note::TagRenamed { from: "a key".into(), to: "a_key".into() });
    has(Note::TagRefused { key: "a_key".into(), reason: TagRefusal::SameKey });
    has(Note::TagRenamed { from: "k".repeat(40), to: "k".repeat(32) });
    has(Note::TagRefused { key: "thread_id".into(), reason: TagRefusal::Reserved });
}
