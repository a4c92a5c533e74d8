//! Pure function: what is taken for a credential, and what is not.
use super::*;

fn found(text: &str) -> Vec<&str> {
    let mut found: Vec<_> = find(text).into_iter().map(|found| &text[found.range]).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn credentials_are_found_by_their_form() {
    let cases: [(&str, &[&str]); 13] = [
        ("the key sk-proj-abcdefgh1234 is wrong.", &["sk-proj-abcdefgh1234"]),
        ("sk-abc***wxyz was refused", &["sk-abc***wxyz"]),
        ("a JWT: eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln.", &["eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"]),
        ("cut off: eyJhbGciOiJub25lIn0.eyJzdWIi", &["eyJhbGciOiJub25lIn0.eyJzdWIi"]),
        ("Authorization: Bearer 0123456789abcdef/=", &["0123456789abcdef/="]),
        (r#"{"access_token":"opaque","expires_in":3}"#, &["opaque"]),
        (r#"{"refresh_token" : "with \" quote"}"#, &[r#"with \" quote"#]),
        (r#"{"id_token":"cut of\"#, &[r"cut of\"]),
        (r#"{"value":"ek_0123456789abcdef"}"#, &["ek_0123456789abcdef"]),
        ("task-force-12345678, risk-assessment", &[]),
        ("Bearer authentication is described in RFC 6750", &[]),
        (r#"{"token":"Hello","input_tokens":12,"password":{"type":"string"},"secret":""}"#, &[]),
        ("eyJub3QgYSBqd3QifQ== is base64 of JSON", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text), expected, "{text}");
    }
    let pem = "x -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- y";
    assert_eq!(found(pem), ["\nMIIE\n"]);
}

#[test]
fn every_cut_of_a_text_is_looked_at_without_a_panic() {
    let text = "{\"access_token\" : \"ä\\\"\", \"x\":\"Bearer 0123456789abcdefg eyJhb.eyJzdWIiOiIxIn0.c ß sk-12345678\"}";
    for (at, _) in text.char_indices() {
        for found in find(&text[..at]).into_iter().chain(find(&text[at..])) {
            assert!(found.range.start < found.range.end);
        }
        find_in_form(&text[at..]);
    }
}

#[test]
fn the_secret_fields_of_a_form_are_found() {
    let form = "grant_type=authorization_code&code=abc&client_id=app&code_verifier=v%20w&refresh_token=";
    let found: Vec<_> = find_in_form(form).into_iter().map(|found| &form[found.range]).collect();
    assert_eq!(found, ["abc", "v%20w"]);
    for (name, secret) in [("api-key", true), ("X-Amz-Signature", true), ("model", false), ("key", true)] {
        assert_eq!(is_secret_parameter(name), secret, "{name}");
    }
}
