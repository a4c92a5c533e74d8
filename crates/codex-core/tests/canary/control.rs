//! Pure function: the positive control: what is planted on purpose is found.

use codex_observe::{
    ApiRequest, AuthAttachment, Endpoint, Event, Observer, Outcome, RequestContext, SafeText,
};

use crate::{
    listener,
    planted::{ACCESS_TOKEN, API_KEY, forms, found, secrets},
    sinks::{Ear, check_files},
};

/// Not among the secrets, since the log is shared by all tests.
const CONTROL: &str = "canaryControl0123456789";

#[test]
fn the_log_is_heard_whoever_writes_it() {
    listener::listen();
    tracing::trace!(target: "hyper::proto", token = CONTROL, "said by tracing");
    log::trace!(target: "rustls::client", "said by log: {}", format_args!("{CONTROL}-2"));
    let span = tracing::trace_span!("span", token = format_args!("{CONTROL}-3"));
    drop(span.entered());
    let words = [CONTROL.to_owned(), format!("{CONTROL}-2"), format!("{CONTROL}-3")];
    assert_eq!(found(&listener::heard(), &words).len(), 3);
}

#[test]
fn every_form_of_a_secret_is_found() {
    for form in forms(API_KEY) {
        assert!(!found(&format!("before {form} after"), &secrets()).is_empty(), "{form}");
    }
    assert!(!found("only canaryAccessSignature is left", &secrets()).is_empty());
    assert!(found("nothing", &secrets()).is_empty());
}

#[test]
fn what_an_observer_is_told_is_searched() {
    let ear = Ear::default();
    let context = RequestContext::new(Endpoint::MODELS, 1, AuthAttachment::none(None));
    let mut outcome = Outcome::default();
    // Nothing tells this text from an ordinary id.
    outcome.evidence.request_id = Some(SafeText::new(CONTROL));
    ear.on_event(&Event::ApiRequest(ApiRequest::new(context, outcome)));
    assert_eq!(found(&ear.0.lock().unwrap(), &[CONTROL.to_owned()]).len(), 1);
}

#[test]
#[should_panic(expected = "leaked.txt")]
fn a_file_with_a_secret_is_found() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("below")).unwrap();
    std::fs::write(folder.path().join("below/leaked.txt"), ACCESS_TOKEN).unwrap();
    check_files(folder.path(), &["auth.json"]);
}
