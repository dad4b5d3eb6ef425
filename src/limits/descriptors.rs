//! How many files and sockets the process may open, and who gets how many.
//!
//! Opens nothing. The limit is the system's; its soft part is raised to the hard one at start.

use std::{error::Error, io};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Kept for what nobody counts: standard streams, the listener, the runtime's own, name lookups.
const KEPT: usize = 32;

/// Where the system sets no limit, or an absurd one, we set ours.
const MOST: usize = 1 << 20;

/// Shares of the open files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptors {
    /// The process's own limit.
    pub limit: usize,
}

impl Descriptors {
    /// Raises the soft limit as far as the system lets it, and reads it.
    pub fn raised() -> Self {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let raised = Rlimit { current: maximum, maximum };
        let current = match setrlimit(Resource::Nofile, raised) {
            Ok(()) => maximum,
            // The old one holds; it is in the line that the server begins with.
            Err(_) => current,
        };
        let limit = current.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(MOST);
        Self { limit: limit.min(MOST) }
    }

    /// For calls to the WIV API: a quarter.
    pub const fn calls(self) -> usize {
        self.shared() / 4
    }

    /// For trying keys that nobody knows: an eighth.
    pub const fn tries(self) -> usize {
        self.shared() / 8
    }

    /// For clients' connections: half. The last eighth is for sign-in and for connections that
    /// are not used at the moment.
    pub const fn connections(self) -> usize {
        self.shared() / 2
    }

    const fn shared(self) -> usize {
        let shared = self.limit.saturating_sub(KEPT);
        // Below that nothing runs; say so by failing later, not by a limit of zero.
        if shared < 16 { 16 } else { shared }
    }
}

/// Whether something failed because this process or this machine has too many files open, which
/// is nobody else's fault.
pub fn is_out_of_descriptors(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(is_out_of_files) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn is_out_of_files(error: &io::Error) -> bool {
    // An error that wraps another hides it from `source`.
    if let Some(inner) = error.get_ref() {
        return is_out_of_descriptors(inner);
    }
    let code = error.raw_os_error();
    [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE]
        .into_iter()
        .any(|errno| code == Some(errno.raw_os_error()))
}
