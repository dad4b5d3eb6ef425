//! A small generator of numbers from a seed: the same rows in every process.
//!
//! Not for anything that must not be guessed.

/// SplitMix64 (Steele, Lea, Flood 2014): eight lines, no state but a counter, and its
/// output is fixed for good, which no random crate promises across versions.
pub(crate) struct Random(u64);

impl Random {
    /// The same name gives the same sequence.
    pub(crate) fn named(name: &str) -> Random {
        // FNV-1a spreads a short name over 64 bits.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Random(hash)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least `low`, less than `high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).max(1).unsigned_abs();
        low.saturating_add_unsigned(self.next() % width)
    }

    pub(crate) fn percent(&mut self, chance: u32) -> bool {
        self.next() % 100 < u64::from(chance)
    }

    /// One of `choices`, which has at least one.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let at = self.next() % choices.len() as u64;
        choices[usize::try_from(at).expect("an index into a slice fits usize")]
    }

    /// One of `choices`, as often as its weight says.
    pub(crate) fn pick_weighted<T: Copy>(&mut self, choices: &[T], weight: fn(T) -> u32) -> T {
        let total: u32 = choices.iter().copied().map(weight).sum();
        let mut left = self.next() % u64::from(total.max(1));
        for choice in choices.iter().copied() {
            match left.checked_sub(u64::from(weight(choice))) {
                Some(rest) => left = rest,
                None => return choice,
            }
        }
        *choices.last().expect("a weighted choice has at least one row")
    }

    /// `length` hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        let mut digits = String::with_capacity(length + 16);
        while digits.len() < length {
            digits.push_str(&format!("{:016x}", self.next()));
        }
        digits.truncate(length);
        digits
    }
}

/// An opaque id that is the same in every process: `workflow_3fa9…`.
pub(crate) fn stable_id(kind: &str, tenant_id: &str, name: &str) -> String {
    format!("{kind}_{}", Random::named(&format!("{kind}/{tenant_id}/{name}")).hex(12))
}
