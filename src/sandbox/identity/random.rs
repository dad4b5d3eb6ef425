//! Ids and secrets that nobody can guess.
//!
//! Not for the made-up data, which is the same in every process.

use aws_lc_rs::rand;

/// Thirty-two hexadecimal digits.
pub(crate) fn id() -> String {
    hex(bytes::<16>())
}

/// Sixty-four hexadecimal digits: PropelAuth's Rust client refuses keys with other characters.
pub(crate) fn secret() -> String {
    hex(bytes::<32>())
}

/// Version 4 of RFC 9562.
pub(crate) fn uuid() -> String {
    let mut random = bytes::<16>();
    random[6] = random[6] & 0x0f | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    let digits = hex(random);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

fn hex<const N: usize>(bytes: [u8; N]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
