//! What ends a command early, and the exit code that it stands for.
//!
//! Not for the words: those are the errors' own.

use crate::app::StartError;

/// What ended a command early.
pub enum CommandFailure {
    /// Bad usage or settings; exit 2.
    Usage(anyhow::Error),
    /// Failed while running; exit 1.
    Running(anyhow::Error),
    /// Exit 1, and everything was said already.
    Told,
}

impl CommandFailure {
    /// Something about the words or the settings that were given.
    pub(super) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::Usage(error.into())
    }

    /// What the operator can mend in the settings is bad usage; the rest failed while running.
    pub(super) fn of_start(error: StartError) -> Self {
        match error {
            StartError::Listen { .. } | StartError::Client(_) => Self::Running(error.into()),
            error => Self::Usage(error.into()),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for CommandFailure {
    fn from(error: E) -> Self {
        Self::Running(error.into())
    }
}
