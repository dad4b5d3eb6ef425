//! The source tree as modules and what they import.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use crate::tree::{root, rust_files};

/// A path of names: `["mcp", "jsonrpc"]` for `crate::mcp::jsonrpc`.
type Names = Vec<String>;

/// One file.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// The module that it is.
    pub(super) module: Names,
    imports: Vec<Import>,
}

/// One name that a file imports.
struct Import {
    /// As written, with `crate`, `super` and `self` in front.
    path: Names,
    /// It is handed on to others.
    is_public: bool,
}

impl Source {
    /// The room that the file belongs to.
    pub(super) fn room(&self) -> &str {
        &self.module[0]
    }

    /// The names of the types that stand in the file, those inside functions left out.
    pub(super) fn types(&self) -> Vec<String> {
        let named = |line: &str| {
            let visible = line.strip_prefix("pub").map(|rest| match rest.split_once(") ") {
                Some((scope, rest)) if scope.starts_with('(') => rest,
                _ => rest.trim_start(),
            });
            let (kind, rest) = visible.unwrap_or(line).split_once(' ')?;
            ["struct", "enum", "trait", "type"].contains(&kind).then(|| word(rest))
        };
        outside_tests(&self.text).lines().filter_map(named).collect()
    }

    /// Files of tests only, which may look where they like.
    pub(super) fn is_test(&self) -> bool {
        self.module.iter().any(|name| name == "tests")
    }
}

/// Every file below a folder.
pub(super) fn below(folder: &str) -> Vec<Source> {
    let root = root().join(folder);
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let relative = path.strip_prefix(&root).unwrap().with_extension("");
        let module =
            relative.iter().map(|name| name.to_str().unwrap().to_owned()).collect::<Names>();
        let imports = imports(outside_tests(&text));
        Source { path, text, module, imports }
    };
    rust_files(folder).into_iter().map(read).collect()
}

/// The modules of the crate, by their paths.
pub(super) struct Tree<'s>(BTreeMap<&'s [String], &'s Source>);

impl<'s> Tree<'s> {
    pub(super) fn of(sources: &'s [Source]) -> Self {
        Self(sources.iter().map(|source| (source.module.as_slice(), source)).collect())
    }

    /// The files whose names a file uses, re-exports followed to where the name stands.
    pub(super) fn used_by(&self, source: &Source) -> BTreeSet<PathBuf> {
        let imports = source.imports.iter().filter(|import| !import.is_public);
        let mut used: BTreeSet<PathBuf> = imports
            .filter_map(|import| self.file_of(&absolute(&import.path, source)?, 8))
            .collect();
        // Modules that were imported are walked into: `methods::tools::list`.
        for import in &source.imports {
            let Some(module) = absolute(&import.path, source) else { continue };
            let alias = module.last().cloned().unwrap_or_default();
            if self.0.contains_key(module.as_slice()) {
                for (at, _) in source.text.match_indices(&format!("{alias}::")) {
                    let rest = &source.text[at..];
                    let path: Names = rest.split("::").take(3).map(word).collect();
                    let inner = [&module[..], &path[1..]].concat();
                    used.extend(self.file_of(&inner, 8));
                }
            }
        }
        used.remove(&source.path);
        used
    }

    /// The file in which the thing at a path stands.
    fn file_of(&self, path: &[String], hops: u8) -> Option<PathBuf> {
        let depth = (1..=path.len()).rev().find(|depth| self.0.contains_key(&path[..*depth]))?;
        let source = self.0[&path[..depth]];
        let handed_on = path.get(depth).and_then(|name| {
            let import = source
                .imports
                .iter()
                .find(|import| import.is_public && import.path.last() == Some(name))?;
            let found = absolute(&import.path, source)?;
            (hops > 0).then(|| self.file_of(&found, hops - 1)).flatten()
        });
        Some(handed_on.unwrap_or_else(|| source.path.clone()))
    }
}

/// A path of this crate from its root; `None` for what is another crate's.
fn absolute(path: &[String], source: &Source) -> Option<Names> {
    let mut base = source.module.clone();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" | "wiv_mcp" => (base, rest) = (Vec::new(), &rest[1..]),
        "self" => rest = &rest[1..],
        "super" => {
            while rest.first().is_some_and(|name| name == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        // A child, declared in this file.
        child if source.text.contains(&format!("mod {child};")) => {}
        _ => return None,
    }
    Some([base.as_slice(), rest].concat())
}

/// A file without the tests at its end: their `super` is the file itself.
fn outside_tests(text: &str) -> &str {
    text.split_once("\nmod tests {").map_or(text, |(before, _)| before)
}

/// Every name that a text imports.
fn imports(text: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut statement: Option<(bool, String)> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if statement.is_none() {
            let is_public = trimmed.starts_with("pub");
            let start = trimmed.split_once("use ").filter(|(before, _)| {
                before.is_empty() || (before.starts_with("pub") && !before.contains("fn"))
            });
            if let Some((_, rest)) = start {
                statement = Some((is_public, rest.to_owned()));
            }
        } else if let Some((_, whole)) = &mut statement {
            whole.push_str(trimmed);
        }
        if let Some((is_public, whole)) = &statement
            && let Some(tree) = whole.strip_suffix(';')
        {
            let mut paths = Vec::new();
            expand(&[], tree, &mut paths);
            found.extend(paths.into_iter().map(|path| Import { path, is_public: *is_public }));
            statement = None;
        }
    }
    found
}

/// The paths of a tree such as `a::{b, c::{self, d}}`.
fn expand(base: &[String], tree: &str, found: &mut Vec<Names>) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let group = group.trim_end().strip_suffix('}').unwrap_or(group);
        let names = head.split("::").map(str::trim).filter(|name| !name.is_empty());
        let base: Names = base.iter().cloned().chain(names.map(str::to_owned)).collect();
        let (mut depth, mut from) = (0, 0);
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&base, &group[from..at], found);
                    from = at + 1;
                }
                _ => {}
            }
        }
        expand(&base, &group[from..], found);
        return;
    }
    let path = tree.split(" as ").next().unwrap_or_default();
    let names = path.split("::").map(str::trim).filter(|name| !name.is_empty());
    let mut whole: Names = base.iter().cloned().chain(names.map(str::to_owned)).collect();
    if whole.len() > 1 && whole.last().is_some_and(|name| name == "self") {
        whole.pop();
    }
    if !path.trim().is_empty() {
        found.push(whole);
    }
}

fn word(text: &str) -> String {
    let is_part = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
    text.chars().take_while(is_part).collect()
}

#[test]
fn types_are_seen_whoever_may_use_them() {
    let text = "pub struct A;\npub(crate) enum B<'a> {}\nstruct C(u8);\npub trait D: Send {}\n\
                type E = u8;\nfn f() {\n    struct G;\n}\n// a struct H\npub fn i() {}\n";
    let source = Source {
        path: PathBuf::new(),
        text: text.to_owned(),
        module: Vec::new(),
        imports: Vec::new(),
    };
    assert_eq!(source.types(), ["A", "B", "C", "D", "E"]);
}

#[test]
fn tests_inside_a_file_import_nothing_of_the_room() {
    let text = "use super::A;\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n";
    let seen: Vec<String> =
        imports(outside_tests(text)).iter().map(|import| import.path.join("::")).collect();
    assert_eq!(seen, ["super::A"]);
}

#[test]
fn imports_are_seen_in_every_form() {
    let text = "use crate::{a::{B, C}, d, e::{self, F}};\npub(crate) use super::g::H;\n\
                pub use i::{\n    J,\n    K as L,\n};\n";
    let seen: Vec<(String, bool)> =
        imports(text).iter().map(|import| (import.path.join("::"), import.is_public)).collect();
    let expected = [
        ("crate::a::B", false),
        ("crate::a::C", false),
        ("crate::d", false),
        ("crate::e", false),
        ("crate::e::F", false),
        ("super::g::H", true),
        ("i::J", true),
        ("i::K", true),
    ];
    assert_eq!(seen, expected.map(|(path, is_public)| (path.to_owned(), is_public)));
}
