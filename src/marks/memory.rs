//! Marks in one instance's memory.
//!
//! Knows no kind by name. Keys are hashes, so that none is longer than another.

use aws_lc_rs::digest;

use super::{MarkKind, MarksError, SetOnce};
use crate::limits::Expiring;

/// One map for each kind: none can fill another's.
pub(super) struct InMemory(Vec<Expiring<Key, String>>);

/// The first half of SHA-256: two names never have one key by chance.
type Key = [u8; 16];

impl InMemory {
    pub(super) fn new() -> Self {
        Self(MarkKind::ALL.iter().map(|kind| Expiring::new(kind.capacity())).collect())
    }

    pub(super) fn get(&self, kind: MarkKind, name: &str) -> Option<String> {
        self.of(kind).get(&key(name))
    }

    pub(super) fn set(&self, kind: MarkKind, name: &str, value: &str) -> Result<(), MarksError> {
        let noted = self.of(kind).set(key(name), value.to_owned(), kind.life());
        if noted { Ok(()) } else { Err(MarksError::Full) }
    }

    pub(super) fn set_once(
        &self,
        kind: MarkKind,
        name: &str,
        value: &str,
    ) -> Result<SetOnce, MarksError> {
        let (marks, key) = (self.of(kind), key(name));
        if marks.set_once(key, value.to_owned(), kind.life()) {
            return Ok(SetOnce::New);
        }
        marks.get(&key).map(SetOnce::Stood).ok_or(MarksError::Full)
    }

    pub(super) fn forget(&self, kind: MarkKind, name: &str) {
        self.of(kind).forget(&key(name));
    }

    fn of(&self, kind: MarkKind) -> &Expiring<Key, String> {
        &self.0[kind as usize]
    }
}

fn key(name: &str) -> Key {
    let hash = digest::digest(&digest::SHA256, name.as_bytes());
    *hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes")
}
