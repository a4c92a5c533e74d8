//! Masking (RFC 6455, section 5.3).

use ring::rand::{SecureRandom, SystemRandom};

use super::error::WebSocketError;

/// Keys fetched from the system at once.
const KEYS_AT_ONCE: usize = 64;
const KEY: usize = 4;

/// XORs `bytes` with the key repeated. `offset` tells how many bytes of the frame came before.
pub(super) fn apply(bytes: &mut [u8], key: [u8; KEY], offset: u64) {
    // Below four, so that the cast loses nothing.
    let mut key = key;
    key.rotate_left((offset % 4) as usize);
    let wide = u128::from_ne_bytes(std::array::from_fn(|at| key[at % KEY]));
    let (words, rest) = bytes.as_chunks_mut::<16>();
    for word in words {
        *word = (u128::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

/// Where the keys of a connection come from.
///
/// A key must not be foreseeable by whoever chooses the text (section 10.3), or the text can be made to look
/// like something else to a proxy on the way. So keys come from the system's generator; asking it for many at once
/// makes one cost a few nanoseconds.
#[derive(Debug)]
pub(super) struct MaskKeys {
    keys: [[u8; KEY]; KEYS_AT_ONCE],
    used: usize,
}

impl MaskKeys {
    pub(super) fn new() -> Self {
        Self { keys: [[0; KEY]; KEYS_AT_ONCE], used: KEYS_AT_ONCE }
    }

    pub(super) fn next(&mut self) -> Result<[u8; KEY], WebSocketError> {
        if self.used == KEYS_AT_ONCE {
            let mut random = [0; KEY * KEYS_AT_ONCE];
            SystemRandom::new().fill(&mut random).map_err(|_unspecified| WebSocketError::NoRandomness)?;
            for (key, bytes) in self.keys.iter_mut().zip(random.as_chunks().0) {
                *key = *bytes;
            }
            self.used = 0;
        }
        let key = self.keys[self.used];
        self.used += 1;
        Ok(key)
    }
}
