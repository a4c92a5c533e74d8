//! Compression of messages (RFC 7692, section 7.2).

use std::fmt;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::error::{PeerMisbehaved, WebSocketError};
use super::extension::{DeflateParams, WindowBits};
use super::frame::WebSocketRole;

/// What a flush ends with; it is left out on the wire.
const TAIL: [u8; 4] = [0x00, 0x00, 0xFF, 0xFF];
/// Decompressed at once: limits are checked after each piece.
const PIECE: usize = 16 * 1024;
/// Fastest: a message is compressed once and sent once, and nobody should wait for the last few per cent.
const LEVEL: Compression = Compression::fast();
/// The smallest window the compressor can keep to.
const SMALLEST_WINDOW: u8 = 9;

/// Compresses what one side sends. Its state (about 256 KiB) is made for the first message it compresses, and
/// dropped after each when nothing is to be remembered.
pub(super) struct Deflater {
    window: WindowBits,
    forgets: bool,
    state: Option<Compress>,
    packed: Vec<u8>,
}

impl Deflater {
    /// `None` when the agreed window is one our compressor cannot keep to.
    pub(super) fn new(params: &DeflateParams, role: WebSocketRole) -> Option<Self> {
        let (window, forgets) = match role {
            WebSocketRole::Client => (params.client_window, params.client_no_context_takeover),
            WebSocketRole::Server => (params.server_window, params.server_no_context_takeover),
        };
        let possible = window.as_u8() >= SMALLEST_WINDOW;
        possible.then_some(Self { window, forgets, state: None, packed: Vec::new() })
    }

    /// Compresses a whole message, which must not be empty, and hands the result to `write`.
    pub(super) fn compress<T>(
        &mut self,
        mut message: &[u8],
        write: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, WebSocketError> {
        let bits = self.window.as_u8();
        let state = self.state.get_or_insert_with(|| Compress::new_with_window_bits(LEVEL, false, bits));
        loop {
            self.packed.reserve(PIECE.min(message.len() + 64));
            let before = state.total_in();
            state
                .compress_vec(message, &mut self.packed, FlushCompress::Sync)
                .map_err(|_error| WebSocketError::Compress)?;
            let taken = usize::try_from(state.total_in() - before).unwrap_or(usize::MAX);
            message = message.get(taken..).unwrap_or_default();
            if message.is_empty() && self.packed.len() < self.packed.capacity() {
                break;
            }
        }
        if self.forgets {
            self.state = None;
        }
        let packed = self.packed.strip_suffix(&TAIL).ok_or(WebSocketError::Compress)?;
        let written = write(packed);
        self.packed.clear();
        // One great message must not hold its size for the life of the connection.
        self.packed.shrink_to(PIECE);
        Ok(written)
    }
}

/// Decompresses what one side receives.
pub(super) struct Inflater {
    forgets: bool,
    state: Decompress,
    piece: Box<[u8]>,
    /// The data said that it had ended, and nothing came after.
    ended: bool,
}

impl Inflater {
    pub(super) fn new(params: &DeflateParams, role: WebSocketRole) -> Self {
        let forgets = match role {
            WebSocketRole::Client => params.server_no_context_takeover,
            WebSocketRole::Server => params.client_no_context_takeover,
        };
        // The largest window fits whatever the other side keeps to.
        let state = Decompress::new(false);
        Self { forgets, state, piece: vec![0; PIECE].into_boxed_slice(), ended: false }
    }

    /// Decompresses a part of a message. `take` gets the result in pieces, and stops everything by an error.
    pub(super) fn inflate(
        &mut self,
        mut packed: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), WebSocketError>,
    ) -> Result<(), WebSocketError> {
        while !packed.is_empty() {
            let (full, rest) = self.step(packed, &mut take)?;
            if !full && rest.len() == packed.len() {
                // Neither input taken nor output given: nothing will come of it.
                return Err(PeerMisbehaved::BadDeflate.into());
            }
            packed = rest;
            if full && packed.is_empty() {
                self.drain(&mut take)?;
            }
        }
        Ok(())
    }

    /// The message is over.
    pub(super) fn finish(
        &mut self,
        take: impl FnMut(&[u8]) -> Result<(), WebSocketError>,
    ) -> Result<(), WebSocketError> {
        if !self.ended {
            self.inflate(&TAIL, take)?;
        }
        if self.forgets {
            self.state.reset(false);
        }
        Ok(())
    }

    /// Takes what is ready though all input is used.
    fn drain(
        &mut self,
        take: &mut impl FnMut(&[u8]) -> Result<(), WebSocketError>,
    ) -> Result<(), WebSocketError> {
        while self.step(&[], take)?.0 {}
        Ok(())
    }

    /// Fills one piece: whether it is full, and what is left of the input.
    fn step<'a>(
        &mut self,
        packed: &'a [u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), WebSocketError>,
    ) -> Result<(bool, &'a [u8]), WebSocketError> {
        let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
        let status = self
            .state
            .decompress(packed, &mut self.piece, FlushDecompress::Sync)
            .map_err(|_error| PeerMisbehaved::BadDeflate)?;
        let taken = usize::try_from(self.state.total_in() - before_in).unwrap_or(usize::MAX);
        let given = usize::try_from(self.state.total_out() - before_out).unwrap_or(usize::MAX);
        let piece = self.piece.get(..given).unwrap_or_default();
        if !piece.is_empty() {
            take(piece)?;
        }
        let rest = packed.get(taken..).unwrap_or_default();
        if status == Status::StreamEnd {
            // A block marked as the last one (7.2.3.4): what follows begins anew.
            self.state.reset(false);
            self.ended = true;
        } else if taken > 0 {
            self.ended = false;
        }
        Ok((given == self.piece.len(), rest))
    }
}

impl fmt::Debug for Deflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deflater")
            .field("window", &self.window)
            .field("forgets", &self.forgets)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater").field("forgets", &self.forgets).finish_non_exhaustive()
    }
}
