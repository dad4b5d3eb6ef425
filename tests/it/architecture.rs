//! The house rules that a reader can't see: who imports whom, how long files are.
//!
//! Not for what the code does: this reads text only.

mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use source::{Source, Tree};

/// Longest file, its tests included.
const MAX_LINES: usize = 350;

/// The floors of the rooms, as `docs/ARCHITECTURE.md` has them.
fn floors() -> BTreeMap<String, u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md");
    let text = fs::read_to_string(path).unwrap();
    let table = text.split("| floor | room |").nth(1).expect("the table of floors");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut floors = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let floor = cells[1].parse().unwrap();
        for room in cells[2].split(',') {
            let room = room.trim().trim_matches('`').to_owned();
            assert!(floors.insert(room.clone(), floor).is_none(), "{room} stands twice");
        }
    }
    floors
}

/// Names that follow `crate::`, directly or in braces.
fn rooms_named(text: &str) -> Vec<String> {
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
    let floors = floors();
    let mut breaches = Vec::new();
    let mut seen = BTreeSet::new();
    for source in source::below("src") {
        let room = source.room();
        if room == "lib" {
            continue;
        }
        seen.insert(room.to_owned());
        let Some(floor) = floors.get(room) else {
            breaches.push(format!("{}: the room {room} has no floor", source.path.display()));
            continue;
        };
        // What main imports, it imports by the crate's name.
        for import in rooms_named(&source.text.replace("wiv_mcp::", "crate::")) {
            if import == room {
                continue;
            }
            match floors.get(&import) {
                Some(below) if below < floor && room != "sandbox" => {}
                Some(below) => breaches.push(format!(
                    "{}: {room} (floor {floor}) imports {import} (floor {below})",
                    source.path.display()
                )),
                None => breaches.push(format!("{}: no room {import}", source.path.display())),
            }
        }
    }
    let gone: Vec<_> = floors.keys().filter(|room| !seen.contains(*room)).collect();
    assert!(gone.is_empty(), "rooms of the table that are not there: {gone:?}");
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_check_sees_rooms_in_every_form() {
    let text = "use crate::{a::{B, C}, d, e::F};\nuse crate::g::H;\nlet x = crate::i::J;";
    assert_eq!(rooms_named(text), ["a", "d", "e", "g", "i"]);
}

/// Files that use each other, directly or round about, in one room: who uses whom, by circle.
fn circles(sources: &[Source]) -> Vec<Vec<String>> {
    let tree = Tree::of(sources);
    let in_code = sources.iter().filter(|source| !source.is_test());
    let uses: BTreeMap<PathBuf, BTreeSet<PathBuf>> = in_code
        .clone()
        .map(|source| {
            let room = |path: &PathBuf| sources.iter().find(|other| other.path == *path);
            let mut used = tree.used_by(source);
            used.retain(|path| room(path).is_some_and(|other| other.room() == source.room()));
            (source.path.clone(), used)
        })
        .collect();
    let reaches = |from: &PathBuf| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(next) = open.pop() {
            for used in uses.get(next).into_iter().flatten() {
                if seen.insert(used) {
                    open.push(used);
                }
            }
        }
        seen
    };
    let all: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> =
        uses.keys().map(|path| (path, reaches(path))).collect();
    let shown = |path: &Path| {
        let inside = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path);
        inside.display().to_string()
    };
    let mut known: BTreeSet<&PathBuf> = BTreeSet::new();
    let mut circles = Vec::new();
    for (path, reached) in &all {
        if reached.contains(path) && !known.contains(path) {
            let members: BTreeSet<&PathBuf> =
                reached.iter().copied().filter(|other| all[other].contains(path)).collect();
            let steps = members.iter().flat_map(|from| {
                let used = uses[*from].iter().filter(|used| members.contains(used));
                used.map(|used| format!("{} uses {}", shown(from), shown(used)))
            });
            circles.push(steps.collect());
            known.extend(members);
        }
    }
    circles
}

#[test]
fn no_files_of_a_room_go_round_in_a_circle() {
    let circles = circles(&source::below("src"));
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    let mut breaches = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        for source in source::below(folder) {
            let first = source.text.lines().next().unwrap_or_default();
            let words = first.split_whitespace().count();
            if !first.starts_with("//! ") || words > 17 {
                breaches.push(format!("{}: first line is {first:?}", source.path.display()));
            }
            let lines = source.text.lines().count();
            if lines > MAX_LINES {
                breaches.push(format!("{}: {lines} lines", source.path.display()));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn a_type_name_has_one_meaning() {
    let mut named: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for source in source::below("src") {
        if source.room() != "sandbox" && !source.is_test() {
            for name in source.types() {
                named.entry(name).or_default().push(source.path.clone());
            }
        }
    }
    assert!(named.len() > 300, "so few types: {}", named.len());
    named.retain(|_, paths| paths.len() > 1);
    assert!(named.is_empty(), "names with several meanings: {named:#?}");
}

#[test]
fn only_settings_read_the_environment() {
    let readers: Vec<_> = source::below("src")
        .into_iter()
        .filter(|source| source.room() != "settings" && source.text.contains("env::var"))
        .map(|source| source.path)
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
    for Source { path, text, .. } in
        source::below("src").into_iter().filter(|source| !source.is_test())
    {
        for purpose in named(&text) {
            let other = owners.insert(purpose.clone(), path.clone());
            assert_eq!(other, None, "{purpose} is also that of {}", path.display());
        }
    }
    assert!(owners.len() >= 9, "{owners:?}");
}
