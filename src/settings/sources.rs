//! Finds each setting's text: flag, then environment or file, then the table's default.
//!
//! Not for what a text means. Keeps the mistakes made on the way, so that one reading finds all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::net::SocketAddr;

use super::kinds::Kind;
use super::mistakes::Mistake;
use super::setting::{DefaultValue, FILE, LISTEN, PREFIX, Setting};
use super::shown::{SettingSource, ShownSetting};

/// What was found, and what was wrong with it.
pub(super) struct Sources {
    found: BTreeMap<&'static str, GivenText>,
    unsound: BTreeSet<&'static str>,
    pub(super) mistakes: Vec<Mistake>,
}

/// A text that was given for a setting.
struct GivenText {
    text: String,
    source: SettingSource,
    /// The name under which it was given.
    place: String,
    /// A file that others than its owner can read or change.
    is_exposed: bool,
}

impl GivenText {
    fn new(text: String, source: SettingSource, place: String) -> Self {
        Self { text, source, place, is_exposed: false }
    }
}

impl Sources {
    pub(super) fn gather(
        table: &'static [Setting],
        flags: &BTreeMap<&'static str, String>,
        environment: BTreeMap<String, String>,
    ) -> Self {
        let mut sources =
            Self { found: BTreeMap::new(), unsound: BTreeSet::new(), mistakes: Vec::new() };
        sources.mistakes.extend(unknown_variables(table, &environment));
        for setting in table {
            match find(setting, flags, &environment) {
                Ok(Some(found)) => {
                    sources.found.insert(setting.variable, found);
                }
                Ok(None) => {}
                Err(mistake) => sources.reject(setting.variable, mistake),
            }
        }
        sources
    }

    /// The value of a setting; after a mistake its default, so that reading can go on.
    pub(super) fn read<K: Kind>(&mut self, variable: &'static str, default: DefaultValue) -> K {
        if let Some(found) = self.found.get(variable) {
            match K::read(&found.text) {
                Ok(value) => return value,
                Err(expected) => {
                    // A password in a URL stands before an `@`.
                    let may_show = !K::IS_SECRET && !found.text.contains('@');
                    let text = may_show.then(|| found.text.clone());
                    let place = found.place.clone();
                    self.reject(variable, Mistake::BadValue { place, text, expected });
                }
            }
        }
        let value = match default {
            DefaultValue::Text(text) => K::read(text).ok(),
            DefaultValue::Unset(_) => K::unset(),
        };
        value.expect("a row's default is a value of the row's kind")
    }

    /// The variables whose files are exposed.
    pub(super) fn exposed_files(&self) -> Vec<&'static str> {
        let exposed = self.found.iter().filter(|(_, found)| found.is_exposed);
        exposed.map(|(variable, _)| *variable).collect()
    }

    /// Whether the setting's value is what was given, or nothing was.
    pub(super) fn is_sound(&self, variable: &str) -> bool {
        !self.unsound.contains(variable)
    }

    pub(super) fn show(&self, setting: &Setting) -> ShownSetting {
        let found = self.found.get(setting.variable);
        let source = found.map_or(SettingSource::Default, |found| found.source);
        let value = match (found, setting.default) {
            (Some(_), _) if setting.is_secret() => "set".into(),
            (None, _) if setting.is_secret() => "unset".into(),
            (Some(found), _) => found.text.clone(),
            (None, DefaultValue::Text(text)) => text.into(),
            (None, DefaultValue::Unset(words)) => format!("unset ({words})"),
        };
        ShownSetting { variable: setting.variable, value, source }
    }

    fn reject(&mut self, variable: &'static str, mistake: Mistake) {
        self.unsound.insert(variable);
        self.mistakes.push(mistake);
    }
}

fn find(
    setting: &Setting,
    flags: &BTreeMap<&'static str, String>,
    environment: &BTreeMap<String, String>,
) -> Result<Option<GivenText>, Mistake> {
    let flag = setting.flag().and_then(|flag| Some((flag, non_empty(flags.get(flag))?)));
    if let Some((flag, text)) = flag {
        return Ok(Some(GivenText::new(text, SettingSource::Flag, format!("--{flag}"))));
    }
    let variable = setting.variable;
    let file = if setting.is_secret() {
        non_empty(environment.get(&file_variable(variable)))
    } else {
        None
    };
    match (non_empty(environment.get(variable)), file) {
        (Some(_), Some(_)) => Err(Mistake::GivenTwice { variable }),
        (Some(text), None) => {
            Ok(Some(GivenText::new(text, SettingSource::Environment, variable.into())))
        }
        (None, Some(path)) => match read_file(&path) {
            Ok((text, is_exposed)) => {
                let found = GivenText::new(text, SettingSource::File, file_variable(variable));
                Ok(Some(GivenText { is_exposed, ..found }))
            }
            Err(error) => Err(Mistake::UnreadableFile { variable, path, reason: error.kind() }),
        },
        (None, None) if variable == LISTEN => listen_on_port(setting, environment),
        (None, None) => Ok(None),
    }
}

/// Platforms say by `PORT` where they expect a service; only the port is theirs to choose.
fn listen_on_port(
    setting: &Setting,
    environment: &BTreeMap<String, String>,
) -> Result<Option<GivenText>, Mistake> {
    let Some(port) = non_empty(environment.get(PORT)) else { return Ok(None) };
    let DefaultValue::Text(default) = setting.default else { return Ok(None) };
    let address: Option<SocketAddr> = default.parse().ok();
    match (address, port.parse()) {
        (Some(mut address), Ok(port)) => {
            address.set_port(port);
            let text = address.to_string();
            Ok(Some(GivenText::new(text, SettingSource::Environment, PORT.into())))
        }
        _ => Err(Mistake::BadValue {
            place: PORT.into(),
            text: Some(port),
            expected: "a port number".into(),
        }),
    }
}

/// What the file holds, without white space around it, as editors end files with a line feed; and
/// whether others than its owner can read or change it.
fn read_file(path: &str) -> io::Result<(String, bool)> {
    let mut text = String::new();
    let file = File::open(path)?;
    let is_exposed = is_exposed(&file.metadata()?);
    file.take(LONGEST_SECRET_BYTES).read_to_string(&mut text)?;
    // Editors of Windows put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok((text.trim().to_owned(), is_exposed))
}

/// A group may read: that is how platforms give a secret to a process that isn't root.
#[cfg(unix)]
fn is_exposed(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    const GROUP_WRITES_OR_OTHERS_READ_OR_WRITE: u32 = 0o026;
    file.is_file() && file.mode() & GROUP_WRITES_OR_OTHERS_READ_OR_WRITE != 0
}

#[cfg(not(unix))]
fn is_exposed(_: &Metadata) -> bool {
    false
}

/// Variables that begin like ours and are none: a slip that would otherwise go unnoticed.
fn unknown_variables(
    table: &'static [Setting],
    environment: &BTreeMap<String, String>,
) -> impl Iterator<Item = Mistake> {
    let is_known = |name: &str| table.iter().any(|setting| setting.is_named(name));
    environment
        .iter()
        .filter(|(name, value)| name.starts_with(PREFIX) && !is_service_link(name, value))
        .filter(move |(name, _)| !is_known(name))
        .map(move |(name, _)| Mistake::UnknownVariable {
            variable: name.clone(),
            nearest: nearest(table, name),
        })
}

/// Kubernetes gives every pod such variables about the services around it; for a service named
/// `wiv-mcp` they begin like ours.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_port = name.contains("_PORT");
    let is_address = value.contains("://") || name.contains("_TCP") || name.contains("_UDP");
    name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || (is_port && is_address)
}

fn nearest(table: &'static [Setting], name: &str) -> Option<&'static str> {
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    let likeness = |setting: &Setting| {
        let known = setting.variable.strip_prefix(PREFIX).unwrap_or(setting.variable);
        strsim::normalized_damerau_levenshtein(name, known)
    };
    let ranked = table.iter().map(|setting| (likeness(setting), setting.variable));
    let (likeness, variable) = ranked.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (likeness >= LIKE_ENOUGH).then_some(variable)
}

/// The variable that names a secret's file.
pub(super) fn file_variable(variable: &str) -> String {
    format!("{variable}{FILE}")
}

fn non_empty(text: Option<&String>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The platforms' own variable, read for [`LISTEN`] alone.
const PORT: &str = "PORT";

/// No secret is longer; a path to something endless must not fill the memory.
const LONGEST_SECRET_BYTES: u64 = 64 * 1024;

/// Half the letters in place: below that a guess puzzles more than it helps.
const LIKE_ENOUGH: f64 = 0.5;
