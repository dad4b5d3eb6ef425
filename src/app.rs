//! The composition roots: settings in, a running whole out. Only wires.
//!
//! Not for words and exit codes: those are the commands'.

mod audience;
mod local;
mod parts;
mod serve;
mod sign_in;
#[cfg(feature = "sandbox")]
mod stand_ins;
mod start_error;
mod start_line;

pub use audience::Audience;
pub use local::Local;
pub use parts::{catalog, propelauth, tools_settings};
pub use serve::{App, OpenWork};
#[cfg(feature = "sandbox")]
pub use stand_ins::{Demo, DemoError, demo};
pub use start_error::StartError;
