//! Marks: small facts that expire and that every instance should know; never secret.
//!
//! Not for what is one instance's own: `limits::Expiring` is. Asking may take a while and may
//! fail, so no mark is asked for under a lock. Who needs single use fails closed; who would only
//! repeat something goes on.

mod kind;
mod memory;
mod noting;

use std::sync::Arc;

pub use kind::MarkKind;
pub use noting::{MarksError, SetOnce};

use memory::InMemory;

/// Longest value, in bytes: far above the ids that are noted.
const MAX_VALUE_BYTES: usize = 512;

/// Where marks are kept. Cheap to clone.
#[derive(Clone)]
pub struct Marks(Store);

#[derive(Clone)]
enum Store {
    Memory(Arc<InMemory>),
}

impl Marks {
    /// Marks in this instance's memory; they end with it.
    pub fn in_memory() -> Self {
        Self(Store::Memory(Arc::new(InMemory::new())))
    }

    /// The value of a mark that stands.
    ///
    /// # Errors
    /// When nobody can tell.
    pub async fn get(&self, kind: MarkKind, name: &str) -> Result<Option<String>, MarksError> {
        match &self.0 {
            Store::Memory(memory) => Ok(memory.get(kind, name)),
        }
    }

    /// Sets a mark, or sets it anew, for its kind's life.
    ///
    /// # Errors
    /// When it was not noted.
    pub async fn set(&self, kind: MarkKind, name: &str, value: &str) -> Result<(), MarksError> {
        check_length(value)?;
        match &self.0 {
            Store::Memory(memory) => memory.set(kind, name, value),
        }
    }

    /// Sets a mark that may stand once, for its kind's life. Of two at one time one is new.
    ///
    /// # Errors
    /// When it was not noted: what it stands for must then not be done.
    pub async fn set_once(
        &self,
        kind: MarkKind,
        name: &str,
        value: &str,
    ) -> Result<SetOnce, MarksError> {
        check_length(value)?;
        match &self.0 {
            Store::Memory(memory) => memory.set_once(kind, name, value),
        }
    }

    /// Drops a mark before its time.
    ///
    /// # Errors
    /// When it may still stand.
    pub async fn forget(&self, kind: MarkKind, name: &str) -> Result<(), MarksError> {
        match &self.0 {
            Store::Memory(memory) => memory.forget(kind, name),
        }
        Ok(())
    }
}

fn check_length(value: &str) -> Result<(), MarksError> {
    if value.len() > MAX_VALUE_BYTES { Err(MarksError::TooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
