//! Pure function: texts without secrets, and without words.
use super::*;

fn cleaned(texts: RecordedTexts, text: &[u8], notation: Notation) -> String {
    String::from_utf8_lossy(&Cleaner::new(texts).clean(text, notation)).into_owned()
}

#[test]
fn equal_tokens_get_equal_placeholders_wherever_they_stand() {
    let text = br#"{"access_token":"opaque-token-1","refresh_token":"opaque-token-2","said":"it was opaque-token-1"}"#;
    assert_eq!(
        cleaned(RecordedTexts::Keep, text, Notation::Plain),
        r#"{"access_token":"[REDACTED token 1]","refresh_token":"[REDACTED token 2]","said":"it was [REDACTED token 1]"}"#
    );
    let form = b"grant_type=authorization_code&code=abc&code_verifier=v%20w";
    assert_eq!(
        cleaned(RecordedTexts::Keep, form, Notation::Form),
        "grant_type=authorization_code&code=[REDACTED token 1]&code_verifier=[REDACTED token 2]"
    );
    assert_eq!(
        cleaned(RecordedTexts::Keep, br#"{"type":"string","password":"string"}"#, Notation::Plain),
        r#"{"type":"string","password":"[REDACTED token 1]"}"#,
        "a password that is a word does not blank out the word"
    );
}

#[test]
fn secrets_between_bytes_that_are_no_text_are_found() {
    let text = b"{\"access_token\":\"ab\xFFcd\",\"x\":\"\xFEsk-12345678\"}";
    assert_eq!(
        Cleaner::new(RecordedTexts::Keep).clean(text, Notation::Plain),
        b"{\"access_token\":\"[REDACTED token 1]\",\"x\":\"\xFE[REDACTED token 2]\"}"
    );
}

#[test]
fn words_are_masked_and_tokens_still_told_apart() {
    let text = br#"{"type":"a","access_token":"opaque-token-1","text":"say sk-12345678 twice"}"#;
    assert_eq!(
        cleaned(RecordedTexts::Mask, text, Notation::Plain),
        r#"{"type":"a","access_token":"[REDACTED token 1]","text":"xxxxxxxxxxxxxxxxxxxxx"}"#
    );
}

#[test]
fn evidence_in_base64_is_looked_into() {
    let mut cleaner = Cleaner::new(RecordedTexts::Keep);
    let evidence = |code: &str| STANDARD.encode(format!(r#"{{"error":{{"code":"{code}"}}}}"#));
    assert_eq!(cleaner.clean_error_json(&evidence("token_expired")), None);
    let clean = evidence("[REDACTED token 1]");
    assert_eq!(cleaner.clean_error_json(&evidence("sk-12345678")), Some(clean.clone()));
    let frame = format!(r#"{{"headers":{{"x-error-json":"{}"}}}}"#, evidence("sk-12345678"));
    let frame = cleaner.clean(frame.as_bytes(), Notation::Plain);
    assert_eq!(String::from_utf8(frame).unwrap(), format!(r#"{{"headers":{{"x-error-json":"{clean}"}}}}"#));
    assert_eq!(cleaner.clean_error_json("no base64"), None);
}

#[test]
fn edits_that_overlap_leave_nothing_uncovered() {
    let edit = |range: Range<usize>, by: &str| Edit { range, by: by.to_owned() };
    let edits = merged(vec![edit(4..9, "b"), edit(2..6, "a"), edit(9..10, "c")]);
    assert_eq!(edits, [edit(2..9, "a"), edit(9..10, "c")]);
    assert_eq!(apply(b"0123456789!", &edits), b"01ac!");
}
