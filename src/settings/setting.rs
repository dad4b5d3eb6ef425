//! A row of the table of settings.
//!
//! Knows its kind's looks, not its value.

use super::kinds::Kind;

/// A row of the table.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable.
    pub variable: &'static str,
    /// What holds when nothing is given.
    pub default: DefaultValue,
    /// What it does, for help and README.
    pub meaning: &'static str,
    /// What a value looks like, in a word for help texts.
    pub(super) value_name: &'static str,
    /// Whether the flag works without a value.
    pub(super) is_switch: bool,
    /// None for a secret, because process lists show flags.
    flag: Option<String>,
}

/// What holds when a setting is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// This text, read like a given one.
    Text(&'static str),
    /// No value; the words say what happens then.
    Unset(&'static str),
}

impl Setting {
    pub(super) fn new<K: Kind>(
        variable: &'static str,
        default: DefaultValue,
        meaning: &'static str,
    ) -> Self {
        let name = variable.strip_prefix(PREFIX).unwrap_or(variable);
        let flag = (!K::IS_SECRET).then(|| name.to_ascii_lowercase().replace('_', "-"));
        let (value_name, is_switch) = (K::VALUE_NAME, K::IS_SWITCH);
        Self { variable, default, meaning, value_name, is_switch, flag }
    }

    /// The flag without its dashes; secrets have none.
    pub fn flag(&self) -> Option<&str> {
        self.flag.as_deref()
    }

    /// Whether a variable of that name gives it, by itself or by a file.
    pub(super) fn is_named(&self, name: &str) -> bool {
        let of_file = || self.is_secret() && name.strip_suffix(FILE) == Some(self.variable);
        name == self.variable || of_file()
    }

    /// Whether the value must not be shown.
    pub fn is_secret(&self) -> bool {
        self.flag.is_none()
    }
}

/// What our own variables begin with, and flags leave out.
pub(super) const PREFIX: &str = "WIV_MCP_";

/// What is added to a secret's variable to name its file.
pub(super) const FILE: &str = "_FILE";

/// The row that `PORT` has a say in.
pub(super) const LISTEN: &str = "WIV_MCP_LISTEN";

/// Its default.
pub(super) const DEFAULT_LISTEN: &str = "0.0.0.0:8080";
