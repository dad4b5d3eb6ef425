//! The house rules that a reader can't see: who imports whom, and how long files may be.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Floors of the crate's rooms; a room imports from lower floors only.
const FLOORS: [(&str, u8); 32] = [
    ("mcp", 0),
    ("caller", 0),
    ("seal", 1),
    ("telemetry", 0),
    ("origin", 0),
    ("tls", 0),
    ("clock", 0),
    ("limits", 0),
    ("text", 0),
    ("json", 0),
    ("catalog", 1),
    ("marks", 1),
    ("propelauth", 1),
    ("wiv", 2),
    ("auth", 2),
    ("answer", 3),
    ("pages", 3),
    ("tools", 4),
    ("relay", 4),
    ("admission", 4),
    ("signin", 4),
    ("transport", 5),
    ("oauth", 5),
    ("connect", 5),
    ("web", 6),
    ("server", 6),
    ("settings", 6),
    ("sandbox", 6),
    ("app", 7),
    ("commands", 7),
    ("command_line", 8),
    ("main", 8),
];

const MAX_LINES: usize = 400;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

/// The room a file belongs to: the first folder, or the file itself.
fn room(path: &Path) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let first = path.strip_prefix(source).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// Names that follow `crate::`, directly or in braces.
fn imports(text: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for character in group.chars() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => found.push(word(std::mem::take(&mut item).trim())),
                _ if depth == 0 => item.push(character),
                _ => {}
            }
        }
        found.push(word(item.trim()));
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn rooms_import_from_lower_floors_only() {
    let floors: BTreeMap<_, _> = FLOORS.into_iter().collect();
    let mut breaches = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        if room == "lib" {
            continue;
        }
        let Some(floor) = floors.get(room.as_str()) else {
            breaches.push(format!("{}: the room {room} has no floor", path.display()));
            continue;
        };
        // What main imports, it imports by the crate's name.
        for import in imports(&text.replace("wiv_mcp::", "crate::")) {
            if import == room {
                continue;
            }
            match floors.get(import.as_str()) {
                Some(below) if below < floor && room != "sandbox" => {}
                Some(below) => breaches.push(format!(
                    "{}: {room} (floor {floor}) imports {import} (floor {below})",
                    path.display()
                )),
                None => breaches.push(format!("{}: no room {import}", path.display())),
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_check_sees_imports_in_every_form() {
    let text = "use crate::{a::{B, C}, d, e::F};\nuse crate::g::H;\nlet x = crate::i::J;";
    assert_eq!(imports(text), ["a", "d", "e", "g", "i"]);
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    let mut breaches = Vec::new();
    for (path, text) in sources() {
        let first = text.lines().next().unwrap_or_default();
        let words = first.split_whitespace().count();
        if !first.starts_with("//! ") || words > 17 {
            breaches.push(format!("{}: first line is {first:?}", path.display()));
        }
        if text.lines().count() > MAX_LINES && path.file_name().unwrap() != "tests.rs" {
            breaches.push(format!("{}: {} lines", path.display(), text.lines().count()));
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn only_settings_read_the_environment() {
    let readers: Vec<_> = sources()
        .into_iter()
        .filter(|(path, text)| room(path) != "settings" && text.contains("env::var"))
        .map(|(path, _)| path)
        .collect();
    assert!(readers.is_empty(), "{readers:?}");
}

#[test]
fn every_purpose_is_one_payloads() {
    let named = |text: &str| -> Vec<String> {
        let of_constants = text.split(": Purpose = Purpose::").skip(1);
        of_constants.map(|rest| rest.split(';').next().unwrap().to_owned()).collect()
    };
    let mut owners: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (path, text) in
        sources().into_iter().filter(|(path, _)| !path.iter().any(|it| it == "tests"))
    {
        for purpose in named(&text) {
            let other = owners.insert(purpose.clone(), path.clone());
            assert_eq!(other, None, "{purpose} is also that of {}", path.display());
        }
    }
    assert!(owners.len() >= 9, "{owners:?}");
}
