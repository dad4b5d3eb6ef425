//! The table of settings as flags, as help and as the README's table.
//!
//! Not for values. Whatever is printed here comes from the table.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches};

use super::readers::{SettingReader, heading};
use super::setting::{DefaultValue, Setting};
use super::sources::file_variable;
use super::table::table;

/// A flag for every setting that is no secret. Those that the command does not read are taken, for
/// who passes one set of flags to several commands, and not shown.
pub fn clap_args(reader: SettingReader) -> impl Iterator<Item = Arg> {
    table().iter().filter_map(move |setting| {
        let flag = setting.flag()?;
        let arg = Arg::new(flag)
            .long(flag)
            .value_name(setting.value_name)
            .help(format!("{} [{}; {}]", setting.meaning, setting.variable, default(setting)))
            .help_heading(heading(setting.variable))
            .hide(!reader.reads(setting.variable));
        // With `=` only: a word behind a bare switch would be taken for its value.
        let switch =
            |arg: Arg| arg.num_args(0..=1).require_equals(true).default_missing_value("true");
        Some(if setting.is_switch { switch(arg) } else { arg })
    })
}

/// The end of a command's help: the secrets that it reads, which have no flag.
pub fn secrets_help(reader: SettingReader) -> Option<String> {
    let read = |setting: &&Setting| setting.is_secret() && reader.reads(setting.variable);
    let secrets: Vec<String> = table()
        .iter()
        .filter(read)
        .map(|setting| {
            let file = file_variable(setting.variable);
            let (variable, meaning) = (setting.variable, setting.meaning);
            let words = format!("{meaning} [{}]", default(setting));
            format!("  {variable}, {file}\n{}", indented(&words))
        })
        .collect();
    let heading = "Secrets, in a variable or in a file that the second one names:";
    (!secrets.is_empty()).then(|| format!("{heading}\n{}", secrets.join("\n")))
}

/// Words in lines of help, below what they are about.
fn indented(words: &str) -> String {
    let mut text = String::new();
    let mut column = HELP_COLUMNS;
    for word in words.split(' ') {
        let width = word.chars().count() + 1;
        if column + width > HELP_COLUMNS {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(INDENT);
            column = INDENT.len();
        } else {
            text.push(' ');
        }
        text.push_str(word);
        column += width;
    }
    text
}

/// As wide as a line of help gets: wider ones are hard to read, and break at many terminals.
pub const HELP_COLUMNS: usize = 100;

/// Where words begin that don't fit beside a flag.
const INDENT: &str = "          ";

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
