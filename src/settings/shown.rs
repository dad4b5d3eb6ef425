//! Settings as people read them: what holds, and where it came from.
//!
//! A secret's text never gets in here.

use std::fmt;

/// One setting as it came out, for a person to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSetting {
    /// The variable's name.
    pub variable: &'static str,
    /// Its text; of a secret only `set` or `unset`.
    pub value: String,
    /// Where the text came from.
    pub source: SettingSource,
}

/// Where a setting's text came from, the strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingSource {
    /// The table.
    Default,
    /// An environment variable.
    Environment,
    /// The file that `<VARIABLE>_FILE` names.
    File,
    /// A command-line flag.
    Flag,
}

impl fmt::Display for SettingSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Default => "default",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Flag => "flag",
        })
    }
}
