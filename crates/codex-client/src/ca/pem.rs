//! Certificates in PEM text (RFC 7468), as tolerant as the tools that write it.

use base64::Engine;
use base64::engine::DecodePaddingMode::Indifferent;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use rustls_pki_types::CertificateDer;

/// Base64 with or without its final `=`.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(Indifferent),
);

/// What is wrong with a PEM text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// A block has no end.
    #[error("the block that begins in line {line} has no END line")]
    NoEnd {
        /// Line of its `BEGIN`, from 1.
        line: usize,
    },
    /// A block's content is not base64.
    #[error("the block that begins in line {line} is not base64")]
    Base64 {
        /// Line of its `BEGIN`, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: base64::DecodeError,
    },
    /// A block's content is not one DER object.
    #[error("the block that begins in line {line} is not DER")]
    NotDer {
        /// Line of its `BEGIN`, from 1.
        line: usize,
    },
}

/// A reader of PEM text.
pub(super) struct Pem;

impl Pem {
    /// All certificates of a text, in order. Text around blocks and blocks of other kinds are skipped,
    /// whatever is in them.
    pub(super) fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, PemError> {
        let mut found = Vec::new();
        let mut lines = text.split(|&byte| byte == b'\n').enumerate();
        while let Some((index, line)) = lines.next() {
            let Some(kind) = label(line, b"-----BEGIN ").and_then(Kind::of) else { continue };
            let number = index + 1;
            let mut content = Vec::new();
            loop {
                let (_, line) = lines.next().ok_or(PemError::NoEnd { line: number })?;
                if label(line, b"-----END ").is_some() {
                    break;
                }
                if label(line, b"-----BEGIN ").is_some() {
                    return Err(PemError::NoEnd { line: number });
                }
                // A header such as `Proc-Type: …`, as in older formats.
                if !line.contains(&b':') {
                    content.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
                }
            }
            let der = BASE64.decode(&content).map_err(|source| PemError::Base64 { line: number, source })?;
            found.push(kind.certificate(der).ok_or(PemError::NotDer { line: number })?);
        }
        Ok(found)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    /// OpenSSL's: the certificate, then trust settings.
    Trusted,
}

impl Kind {
    fn of(label: &[u8]) -> Option<Self> {
        match label {
            b"CERTIFICATE" | b"X509 CERTIFICATE" => Some(Self::Plain),
            b"TRUSTED CERTIFICATE" => Some(Self::Trusted),
            _ => None,
        }
    }

    fn certificate(self, mut der: Vec<u8>) -> Option<CertificateDer<'static>> {
        let length = der_object_len(&der)?;
        match self {
            Self::Plain if length != der.len() => return None,
            Self::Plain => {}
            Self::Trusted => der.truncate(length),
        }
        Some(CertificateDer::from(der))
    }
}

/// The label of a `-----BEGIN label-----` or `END` line.
fn label<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    line.trim_ascii().strip_prefix(start)?.strip_suffix(b"-----")
}

/// Length in bytes, header included, of the DER sequence that `der` begins with.
fn der_object_len(der: &[u8]) -> Option<usize> {
    const SEQUENCE: u8 = 0x30;
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if tag != SEQUENCE {
        return None;
    }
    let total = match first {
        0..=0x7F => 2 + usize::from(first),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7F);
            let length = rest.get(..count)?.iter().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
            length.checked_add(2 + count)?
        }
        _ => return None,
    };
    (total <= der.len()).then_some(total)
}
