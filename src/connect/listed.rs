//! Under which name and address an assistant lists this server.
//!
//! Not for settings, which `snippets` has. A name is safe in every shell, link and file.

use crate::propelauth::Membership;

/// The server as settings name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListedServer<'a> {
    /// Where it is found.
    pub(super) origin: &'a str,
    /// Tells it apart from the other servers of an assistant.
    pub(super) name: &'a str,
}

/// The name where one connection is enough.
pub(super) const SERVER_NAME: &str = "wiv";

/// Longest part that tells organizations apart. Some clients take sixty characters for a server and
/// a tool together, and the longest tool has 31.
const MAX_PART_CHARS: usize = 20;

impl<'a> ListedServer<'a> {
    /// The server at an origin, by its usual name.
    pub(super) const fn at(origin: &'a str) -> Self {
        Self { origin, name: SERVER_NAME }
    }

    pub(super) fn mcp(self) -> String {
        format!("{}/mcp", self.origin)
    }

    pub(super) fn sse(self) -> String {
        format!("{}/sse", self.origin)
    }
}

/// The name for a connection to one of a person's organizations: with several, a second paste under
/// the same name would overwrite the first.
pub(super) fn server_name(chosen: &Membership, all: &[Membership]) -> String {
    if all.len() < 2 {
        return SERVER_NAME.to_owned();
    }
    let part = part(&chosen.org_name);
    let others = all.iter().filter(|other| other.org_id != chosen.org_id);
    let is_alike = others.map(|other| self::part(&other.org_name)).any(|other| other == part);
    let part = if part.is_empty() || is_alike { self::part(&chosen.org_id) } else { part };
    format!("{SERVER_NAME}-{part}").trim_end_matches('-').to_owned()
}

/// A name's letters and digits in ASCII, small, with `-` between its words.
fn part(name: &str) -> String {
    let mut part = String::new();
    for word in name.split(|char: char| !char.is_ascii_alphanumeric()) {
        let room = MAX_PART_CHARS.saturating_sub(part.len() + usize::from(!part.is_empty()));
        if word.is_empty() {
            continue;
        }
        if !part.is_empty() {
            // Whole words, so that the name can be read.
            if word.len() > room {
                break;
            }
            part.push('-');
        }
        part.extend(word.chars().take(room).map(|char| char.to_ascii_lowercase()));
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership((org_id, org_name): (&str, &str)) -> Membership {
        Membership {
            org_id: org_id.into(),
            org_name: org_name.into(),
            role: String::new(),
            permissions: Vec::new(),
        }
    }

    #[test]
    fn with_several_organizations_each_has_a_name_of_its_own() {
        let named = |rows: &[(&str, &str)]| -> Vec<String> {
            let all: Vec<_> = rows.iter().copied().map(membership).collect();
            all.iter().map(|one| server_name(one, &all)).collect()
        };
        assert_eq!(named(&[("1a", "Globex")]), ["wiv"]);
        let rows = [("1a", "Globex"), ("2b", "Northstar Cloud Partners"), ("3c", "Acme, Inc.")];
        assert_eq!(named(&rows), ["wiv-globex", "wiv-northstar-cloud", "wiv-acme-inc"]);
        // Alike, empty, in other scripts, hostile, endless.
        let rows = [("1a-7", "ACME"), ("2b", "acme!"), ("3c", "שירותי"), ("4d", "")];
        assert_eq!(named(&rows), ["wiv-1a-7", "wiv-2b", "wiv-3c", "wiv-4d"]);
        let long = "x".repeat(5_000);
        let rows = [("1a", "\";rm -rf ~;'"), ("2b", &long)];
        assert_eq!(named(&rows), ["wiv-rm-rf".to_owned(), format!("wiv-{}", "x".repeat(20))]);
    }
}
