//! The one table of settings, read once from flags, environment and files.
//!
//! Not for acting on settings: parts get typed values and never see where they came from.
//! Nothing else in the crate reads the environment. Every mistake is found in one reading; a
//! secret's text is in no message.

mod catalogue;
mod command_line;
mod kinds;
mod mistakes;
mod policies;
mod readers;
mod rules;
mod setting;
mod shown;
mod sources;
mod table;
mod warnings;

pub use command_line::{HELP_COLUMNS, clap_args, given_flags, markdown, secrets_help};
pub use kinds::WebLink;
pub use mistakes::Mistakes;
pub use readers::SettingReader;
pub use rules::RunAs;
pub use shown::{SettingSource, ShownSetting};
pub use table::{Settings, table};

use std::collections::BTreeMap;

use setting::{PREFIX, Setting};
use sources::Sources;

impl Settings {
    /// Reads every setting: `flags` by flag name, over the environment, over the defaults.
    /// What is empty counts as unset.
    ///
    /// # Errors
    /// All mistakes at once: unknown names, unreadable values, values that don't fit together.
    pub fn load(
        run_as: RunAs,
        flags: &BTreeMap<&'static str, String>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(Self, Vec<ShownSetting>), Mistakes> {
        let mut sources = Sources::gather(table(), flags, environment.into_iter().collect());
        let settings = Self::read(&mut sources);
        rules::check(&settings, run_as, &mut sources);
        if run_as == RunAs::Server {
            catalogue::check(&settings, &mut sources);
        }
        if !sources.mistakes.is_empty() {
            return Err(Mistakes::new(sources.mistakes));
        }
        let shown = table().iter().map(|setting| sources.show(setting)).collect();
        Ok((settings, shown))
    }
}

/// This process's environment, for [`Settings::load`]. Bytes that are no UTF-8 are replaced, so
/// that a broken value is reported as a bad one instead of overlooked.
#[expect(clippy::disallowed_methods, reason = "the one place")]
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| {
        (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
    })
}

/// Whether `cargo` started this process: so the next one is started, too.
pub fn is_run_by_cargo() -> bool {
    environment().any(|(name, _)| name == "CARGO_MANIFEST_DIR")
}

/// Of this process's environment what a command reads, and names that are nobody's, which are slips.
/// For commands to which the rest says nothing, whatever stands in it.
pub fn environment_for(reader: SettingReader) -> impl Iterator<Item = (String, String)> {
    let is_known = |name: &str| table().iter().any(|setting| setting.is_named(name));
    environment().filter(move |(name, _)| {
        let reads = |setting: &&Setting| reader.reads(setting.variable) && setting.is_named(name);
        table().iter().any(|setting| reads(&setting)) || name.starts_with(PREFIX) && !is_known(name)
    })
}

#[cfg(test)]
mod tests;
