//! Whether a sealing key looks like one that was drawn at random.
//!
//! Finds keys that people made by hand; what a good generator draws is refused about once in
//! 60 million million keys.

use super::KEY_BYTES;

/// Fewest different byte values, and fewest different steps from byte to byte. Of 32 random
/// bytes fewer are as likely as C(256,11)·(11/256)^32 < 1e-24, of their 31 steps < 1e-23.
const FEWEST_VALUES: usize = 12;

/// Whether nobody could have drawn this key.
pub(super) fn is_weak(key: &[u8; KEY_BYTES]) -> bool {
    let steps = key.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    // Of 32 random bytes all are printable as often as (95/256)^32 < 2e-14.
    let is_text = key.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    // A random key repeats its first half, or less, as often as 16·256^-16.
    let repeats = (1..=KEY_BYTES / 2).any(|period| key[period..] == key[..KEY_BYTES - period]);
    is_text
        || repeats
        || different(key.iter().copied()) < FEWEST_VALUES
        || different(steps) < FEWEST_VALUES
}

fn different(bytes: impl Iterator<Item = u8>) -> usize {
    let mut seen = [false; 256];
    bytes.for_each(|byte| seen[usize::from(byte)] = true);
    seen.into_iter().filter(|seen| *seen).count()
}
