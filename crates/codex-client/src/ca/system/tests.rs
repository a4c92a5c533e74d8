//! Pure functions: a bundle of the system, with what may be in it.

use super::read_bundle;

#[test]
fn what_cannot_be_an_authority_is_left_out() {
    let key = rcgen::KeyPair::generate().unwrap();
    let root = rcgen::CertificateParams::new(vec!["root".to_owned()]).unwrap().self_signed(&key).unwrap();
    // A DER sequence that is no certificate.
    let other = "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, format!("{other}{}", root.pem())).unwrap();
    assert_eq!(read_bundle(file.path()).unwrap(), [root.der().clone()]);
}

#[test]
fn missing_and_broken_bundles_are_none() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "-----BEGIN CERTIFICATE-----\n").unwrap();
    assert!(read_bundle(file.path()).is_none());
    assert!(read_bundle("/nonexistent".as_ref()).is_none());
}
