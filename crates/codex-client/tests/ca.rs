//! Pure functions: certificate files, made when the test runs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::error::Error;
use std::ffi::OsString;

use base64::Engine as _;
use codex_client::{CaError, CaFile, CaSource, PemError};

fn certificate(name: &str) -> (String, Vec<u8>) {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), certificate.der().to_vec())
}

fn block(label: &str, content: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(content);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn load(text: impl AsRef<[u8]>) -> Result<Vec<Vec<u8>>, CaError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, text).unwrap();
    Ok(CaSource::file(path).load()?.iter().map(|certificate| certificate.to_vec()).collect())
}

#[test]
fn files_as_tools_write_them() {
    let ((pem_a, a), (pem_b, b)) = (certificate("a"), certificate("b"));
    let crl = block("X509 CRL", b"not a list at all");
    let broken_crl = "-----BEGIN X509 CRL-----\n!!!\n-----END X509 CRL-----\n";
    let key = block("PRIVATE KEY", b"secret");
    let trusted = block("TRUSTED CERTIFICATE", &[&b[..], &[0x30, 0x03, 0x02, 0x01, 0x05]].concat());
    let unpadded = block("CERTIFICATE", &a).replace('=', "");
    let table: [(&str, String, &[&Vec<u8>]); 10] = [
        ("one", pem_a.clone(), &[&a]),
        ("two", format!("{pem_a}{pem_b}"), &[&a, &b]),
        ("text around", format!("# Subject: CN=a\n\n{pem_a}\nmore: text\n{pem_b}end"), &[&a, &b]),
        ("CRLF", pem_a.replace('\n', "\r\n"), &[&a]),
        ("trusted, with settings", format!("{trusted}{pem_a}"), &[&b, &a]),
        ("revocation list", format!("{crl}{pem_a}"), &[&a]),
        ("malformed revocation list", format!("{pem_a}{broken_crl}{pem_b}"), &[&a, &b]),
        ("key", format!("{key}{pem_a}"), &[&a]),
        ("no padding, no final newline", unpadded.trim_end().to_owned(), &[&a]),
        ("twice the same", format!("{pem_a}{pem_a}"), &[&a, &a]),
    ];
    for (name, text, expected) in table {
        let loaded = load(text).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(loaded.iter().collect::<Vec<_>>(), expected, "{name}");
    }
}

#[test]
fn broken_files_say_what_and_where() {
    let (pem, der) = certificate("a");
    let half = &pem[..pem.len() / 2];
    let table = [
        (format!("text\n{half}"), PemError::NoEnd { line: 2 }),
        (format!("{half}\n{pem}"), PemError::NoEnd { line: 1 }),
        (block("CERTIFICATE", b"not DER"), PemError::NotDer { line: 1 }),
        (block("CERTIFICATE", &[&der[..], b"more"].concat()), PemError::NotDer { line: 1 }),
        (block("CERTIFICATE", &der[..der.len() - 1]), PemError::NotDer { line: 1 }),
        (block("TRUSTED CERTIFICATE", b""), PemError::NotDer { line: 1 }),
    ];
    for (text, expected) in table {
        match load(text).unwrap_err() {
            CaError::MalformedPem { source, .. } => assert_eq!(source, expected),
            other => panic!("{other:?}"),
        }
    }
    let error = load("-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----").unwrap_err();
    assert!(matches!(error, CaError::MalformedPem { source: PemError::Base64 { line: 1, .. }, .. }));
    assert!(matches!(load("").unwrap_err(), CaError::NoCertificate { .. }));
    assert!(matches!(load(block("PRIVATE KEY", b"x")).unwrap_err(), CaError::NoCertificate { .. }));
    let not_a_certificate = block("CERTIFICATE", &[0x30, 0x03, 0x02, 0x01, 0x05]);
    let error = load(format!("{pem}{not_a_certificate}")).unwrap_err();
    assert!(matches!(error, CaError::NotAccepted { number: 2, .. }), "{error:?}");
    assert!(error.source().is_some());
}

#[test]
fn huge_files_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge");
    std::fs::File::create(&path).unwrap().set_len(CaFile::MAX_BYTES + 1).unwrap();
    match CaSource::file(path).load().unwrap_err() {
        CaError::Unreadable { source, .. } => assert_eq!(source.kind(), std::io::ErrorKind::FileTooLarge),
        other => panic!("{other:?}"),
    }
}

type Variable<'a> = (&'a str, &'a str);
type Variables<'a> = &'a [Variable<'a>];

#[test]
fn the_own_variable_wins_and_empty_is_unset() {
    let table: [(Variables, Option<Variable>); 6] = [
        (&[], None),
        (&[("CODEX_CA_CERTIFICATE", "/own")], Some(("CODEX_CA_CERTIFICATE", "/own"))),
        (&[("SSL_CERT_FILE", "/ssl")], Some(("SSL_CERT_FILE", "/ssl"))),
        (
            &[("SSL_CERT_FILE", "/ssl"), ("CODEX_CA_CERTIFICATE", "/own")],
            Some(("CODEX_CA_CERTIFICATE", "/own")),
        ),
        (&[("SSL_CERT_FILE", "/ssl"), ("CODEX_CA_CERTIFICATE", "")], Some(("SSL_CERT_FILE", "/ssl"))),
        (&[("SSL_CERT_FILE", "")], None),
    ];
    for (variables, expected) in table {
        let lookup = |name: &str| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| OsString::from(value))
        };
        match CaSource::Environment.resolve(lookup) {
            CaSource::System => assert_eq!(expected, None),
            CaSource::File(file) => {
                assert_eq!(Some((file.variable.unwrap(), file.path.to_str().unwrap())), expected);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(CaSource::System.resolve(lookup), CaSource::System);
    }
}

#[test]
fn errors_name_file_and_variable_and_end_with_advice() {
    let lookup = |name: &str| (name == "SSL_CERT_FILE").then(|| OsString::from("/nonexistent/ca.pem"));
    let error = CaSource::Environment.resolve(lookup).load().unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read the certificates in /nonexistent/ca.pem (from SSL_CERT_FILE); \
         point SSL_CERT_FILE to a PEM file with certificates, or unset it"
    );
    assert!(
        matches!(error, CaError::Unreadable { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    );
}
