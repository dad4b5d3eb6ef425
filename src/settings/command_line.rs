//! The table as flags of the command line and as the README's table.
//!
//! Not for values. Whatever is printed here comes from the table.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches};

use super::setting::{DefaultValue, Setting};
use super::table::table;

/// A flag for every setting that is no secret.
pub fn clap_args() -> impl Iterator<Item = Arg> {
    table().iter().filter_map(|setting| {
        let flag = setting.flag()?;
        let arg = Arg::new(flag)
            .long(flag)
            .value_name(setting.value_name)
            .help(format!("{} [{}; {}]", setting.meaning, setting.variable, default(setting)))
            .help_heading("Settings");
        // With `=` only: a word behind a bare switch would be taken for its value.
        let switch =
            |arg: Arg| arg.num_args(0..=1).require_equals(true).default_missing_value("true");
        Some(if setting.is_switch { switch(arg) } else { arg })
    })
}

/// The flags of [`clap_args`] that were given, as [`Settings::load`](super::Settings::load)
/// takes them. A command without these flags gives none.
pub fn given_flags(matches: &ArgMatches) -> BTreeMap<&'static str, String> {
    let flags = table().iter().filter_map(Setting::flag);
    let given = |flag| matches.try_get_one::<String>(flag).ok().flatten().cloned();
    flags.filter_map(|flag| Some((flag, given(flag)?))).collect()
}

/// The table for the README.
pub fn markdown() -> String {
    let mut text = String::from("| variable | default | meaning |\n| --- | --- | --- |\n");
    for setting in table() {
        let default = match setting.default {
            DefaultValue::Text(text) => format!("`{text}`"),
            DefaultValue::Unset(words) => words.into(),
        };
        let secret = if setting.is_secret() { " (secret)" } else { "" };
        let (variable, meaning) = (setting.variable, setting.meaning);
        text.push_str(&format!("| `{variable}` | {default} | {meaning}{secret} |\n"));
    }
    text
}

fn default(setting: &Setting) -> String {
    match setting.default {
        DefaultValue::Text(text) => format!("default: {text}"),
        DefaultValue::Unset(words) => format!("unset: {words}"),
    }
}
