//! What ends a command early, and the exit code that it stands for.
//!
//! Not for the words: those are the errors' own.

use std::io;

use crate::app::StartError;

/// What ended a command early.
pub enum CommandFailure {
    /// Bad usage or settings; exit 2.
    Usage(anyhow::Error),
    /// Failed while running; exit 1.
    Running(anyhow::Error),
    /// Exit 1, and everything was said already.
    Told,
    /// Whoever read the output went away, as `head` does. Exit 0, and nothing is said.
    Unread,
}

/// An error and its causes on one line. What a cause says that was said before is not told again:
/// libraries differ in whether an error repeats its cause.
pub fn told(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
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
        let error = error.into();
        // Only of what is itself an error of writing: an error with words of its own has more to say.
        match error.downcast_ref::<io::Error>() {
            Some(writing) if writing.kind() == io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::Running(error),
        }
    }
}
