//! permessage-deflate (RFC 7692), with and without context takeover.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::frame::Violation;

/// The bytes that end each flushed block; they are not sent (RFC 7692, 7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xFF, 0xFF];

/// Least growth of an output buffer, in bytes.
const STEP: usize = 4 * 1024;

/// What both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeflateParameters {
    pub(crate) server_no_context_takeover: bool,
    pub(crate) client_no_context_takeover: bool,
}

/// Inflates a client's messages.
#[derive(Debug)]
pub(crate) struct Inflater {
    stream: Decompress,
    keeps_context: bool,
}

/// Compresses the server's messages.
#[derive(Debug)]
pub(crate) struct Deflater {
    stream: Compress,
    keeps_context: bool,
}

impl DeflateParameters {
    /// The first offer of a `sec-websocket-extensions` value that can be accepted.
    pub(crate) fn negotiate(offers: &str) -> Option<Self> {
        offers.split(',').find_map(Self::accept)
    }

    fn accept(offer: &str) -> Option<Self> {
        let mut words = offer.split(';').map(str::trim);
        if words.next() != Some("permessage-deflate") {
            return None;
        }
        let mut accepted = Self { server_no_context_takeover: false, client_no_context_takeover: false };
        for word in words {
            let (name, value) = word
                .split_once('=')
                .map_or((word, None), |(name, value)| (name.trim(), Some(value.trim().trim_matches('"'))));
            match (name, value) {
                ("server_no_context_takeover", None) => accepted.server_no_context_takeover = true,
                ("client_no_context_takeover", None) => accepted.client_no_context_takeover = true,
                // Any window of the client's fits into ours; a smaller one of ours is not to be had.
                ("client_max_window_bits", _) | ("server_max_window_bits", Some("15")) => {}
                _ => return None,
            }
        }
        Some(accepted)
    }

    /// The value of the answer's `sec-websocket-extensions`.
    pub(crate) fn answer(self) -> String {
        let mut value = "permessage-deflate".to_owned();
        if self.server_no_context_takeover {
            value.push_str("; server_no_context_takeover");
        }
        if self.client_no_context_takeover {
            value.push_str("; client_no_context_takeover");
        }
        value
    }

    pub(crate) fn inflater(self) -> Inflater {
        Inflater { stream: Decompress::new(false), keeps_context: !self.client_no_context_takeover }
    }

    pub(crate) fn deflater(self) -> Deflater {
        let stream = Compress::new(Compression::fast(), false);
        Deflater { stream, keeps_context: !self.server_no_context_takeover }
    }
}

impl Inflater {
    /// The message of a compressed payload, of at most `limit` bytes.
    pub(crate) fn message(&mut self, payload: &[u8], limit: usize) -> Result<Vec<u8>, Violation> {
        let mut out = Vec::new();
        for mut input in [payload, &TAIL] {
            while !input.is_empty() {
                out.reserve(STEP.max(input.len()));
                let read = self.stream.total_in();
                let status = self
                    .stream
                    .decompress_vec(input, &mut out, FlushDecompress::Sync)
                    .map_err(|_| Violation::BadCompression)?;
                if out.len() > limit {
                    return Err(Violation::TooLarge);
                }
                let taken = usize::try_from(self.stream.total_in() - read).unwrap_or(input.len());
                input = input.get(taken..).unwrap_or_default();
                match status {
                    // A final block ends the stream; the next message begins a new one.
                    Status::StreamEnd => {
                        self.stream.reset(false);
                        break;
                    }
                    Status::BufError if taken == 0 && out.len() < out.capacity() => {
                        return Err(Violation::BadCompression);
                    }
                    Status::Ok | Status::BufError => {}
                }
            }
        }
        self.drain(&mut out, limit)?;
        if !self.keeps_context {
            self.stream.reset(false);
        }
        Ok(out)
    }

    /// Takes what is still inside the decoder when its last output just filled the buffer.
    fn drain(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<(), Violation> {
        while out.len() == out.capacity() && !out.is_empty() {
            let before = out.len();
            out.reserve(STEP);
            // Without input the decoder says so when it has nothing left.
            let _ = self.stream.decompress_vec(&[], out, FlushDecompress::Sync);
            if out.len() > limit {
                return Err(Violation::TooLarge);
            }
            if out.len() == before {
                break;
            }
        }
        Ok(())
    }
}

impl Deflater {
    /// The payload of a compressed message; none when it cannot be compressed.
    pub(crate) fn payload(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        if message.is_empty() {
            // An empty stored block without its tail (RFC 7692, 7.2.3.6). The encoder itself gives nothing for a flush
            // that follows a flush.
            return Some(vec![0]);
        }
        if !self.keeps_context {
            self.stream.reset();
        }
        let mut out = Vec::with_capacity(message.len() / 2 + STEP);
        let mut input = message;
        loop {
            let read = self.stream.total_in();
            self.stream.compress_vec(input, &mut out, FlushCompress::Sync).ok()?;
            let taken = usize::try_from(self.stream.total_in() - read).unwrap_or(input.len());
            input = input.get(taken..).unwrap_or_default();
            if input.is_empty() && out.len() < out.capacity() {
                break;
            }
            out.reserve(STEP);
        }
        out.ends_with(&TAIL).then(|| out.truncate(out.len() - TAIL.len()))?;
        Some(out)
    }
}

#[cfg(test)]
mod tests;
