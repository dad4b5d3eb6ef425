//! That every setting and every link is what its client reads, whatever the key holds.

mod makings;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{install_links::InstallLink, snippets::Snippet, *};

const ORIGIN: &str = "https://mcp.wiv.ai";

/// Every character that a key may have and that means something somewhere.
const KEYS: [&str; 9] = [
    "0123456789abcdef0123456789abcdef",
    r#"a"b\c'd`e$f${g}"#,
    "\"}},\"evil\":{\"command\":\"rm\"}",
    "';rm${IFS}-rf${IFS}~;'",
    "</script><script>alert(1)</script>",
    "&config=x#fragment?name=y%00%22+/=",
    "$(id)&&whoami|cat>x",
    "]]x=1#\\u0000",
    "{input:x}!*()~",
];

/// The words of a command line that POSIX shells, PowerShell and cmd read alike.
fn words(line: &str) -> Vec<String> {
    let alike = |byte: u8| byte.is_ascii_alphanumeric() || b" -._~:/\"".contains(&byte);
    assert!(line.bytes().all(alike), "some shell would act on {line}");
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(character),
        }
    }
    assert!(!quoted, "{line}");
    words.push(word);
    words
}

/// The header value that a client would send, and its address.
fn read(snippet: &Snippet) -> (String, String) {
    let json = || -> Value { serde_json::from_str(&snippet.text).unwrap() };
    let entry = |root: &str, url: &str| {
        let value = json();
        let servers = value[root].as_object().unwrap();
        assert_eq!(servers.len(), 1, "{snippet:?}");
        let entry = &servers["wiv"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&entry["headers"]["X-API-Key"]), text(&entry[url]))
    };
    match snippet.client {
        "VS Code" => entry("servers", "url"),
        "Windsurf" => entry("mcpServers", "serverUrl"),
        "Claude Desktop" => {
            let value = json();
            let entry = &value["mcpServers"]["wiv"];
            let arguments = entry["args"].as_array().unwrap();
            assert!(arguments.iter().all(|argument| !argument.as_str().unwrap().contains(' ')));
            assert_eq!(arguments[4], "X-API-Key:${WIV_API_KEY}");
            let key = entry["env"]["WIV_API_KEY"].as_str().unwrap();
            (key.to_owned(), arguments[2].as_str().unwrap().to_owned())
        }
        "Gemini CLI" if snippet.language == "json" => entry("mcpServers", "httpUrl"),
        "Claude Code" | "Gemini CLI" if snippet.language == "sh" => {
            let words = words(&snippet.text);
            let header = words.iter().find_map(|word| word.strip_prefix("X-API-Key: "));
            let url = words.iter().find(|word| word.starts_with("https://")).unwrap();
            (header.unwrap_or_default().to_owned(), url.clone())
        }
        "Codex" if snippet.language == "toml" => {
            let string = |line: &str| {
                let text = line.split_once(" = ").unwrap().1;
                let text = text.trim_start_matches("{ \"X-API-Key\" = ").trim_end_matches(" }");
                serde_json::from_str::<String>(text).unwrap()
            };
            let lines: Vec<_> = snippet.text.lines().collect();
            assert_eq!((lines.len(), lines[0]), (3, "[mcp_servers.wiv]"));
            (string(lines[2]), string(lines[1]))
        }
        "Codex" => (String::new(), words(snippet.text.lines().next().unwrap())[5].clone()),
        _ => entry("mcpServers", "url"),
    }
}

/// The configuration in a link, with the server's name.
fn configuration(link: &InstallLink) -> (String, Value) {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let plain =
        |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b));
    for scheme in ["vscode:mcp/install?", "vscode-insiders:mcp/install?"] {
        if let Some(text) = link.href.strip_prefix(scheme) {
            assert!(plain(text), "{link:?}");
            let value: Value = serde_json::from_str(&decoded(text)).unwrap();
            return (value["name"].as_str().unwrap().to_owned(), value);
        }
    }
    let (address, query) = link.href.split_once('?').unwrap();
    assert!(
        ["cursor://anysphere.cursor-deeplink/mcp/install", "https://cursor.com/install-mcp"]
            .contains(&address)
    );
    let (name, config) = query.split_once('&').unwrap();
    let config = config.strip_prefix("config=").unwrap();
    assert!(plain(config), "{link:?}");
    let json = STANDARD.decode(decoded(config)).unwrap();
    (name.strip_prefix("name=").unwrap().to_owned(), serde_json::from_slice(&json).unwrap())
}

#[test]
fn settings_hold_the_key_and_nothing_of_it_leaks_out() {
    for key in KEYS {
        for card in cards(ORIGIN, Some(key)) {
            for snippet in card.key.iter().flat_map(|guide| &guide.snippets) {
                let (found, url) = read(snippet);
                let asks = snippet.text.contains("\"inputs\"");
                assert_eq!(snippet.is_secret, !asks, "{snippet:?}");
                assert_eq!(found, if asks { "${input:wiv-api-key}" } else { key }, "{snippet:?}");
                let path = if card.id == "cursor" { "/sse" } else { "/mcp" };
                assert_eq!(url, format!("{ORIGIN}{path}"), "{snippet:?}");
            }
        }
    }
}

#[test]
fn links_hold_the_key_only_where_they_say_so() {
    for key in KEYS {
        for card in cards(ORIGIN, Some(key)) {
            let guides = card.sign_in.iter().chain(&card.key);
            for link in guides.clone().flat_map(|guide| &guide.links) {
                let (name, value) = configuration(link);
                assert_eq!(name, "wiv");
                let header = &value["headers"]["X-API-Key"];
                assert!(header.is_null() || header == "${input:wiv-api-key}", "{link:?}");
                assert_eq!(header.is_null(), value["inputs"].is_null());
            }
            for link in guides.flat_map(|guide| &guide.key_links) {
                assert!(!link.href.starts_with("http"), "a site would get the key: {link:?}");
                let (name, value) = configuration(link);
                assert_eq!((name.as_str(), &value["headers"]["X-API-Key"]), ("wiv", &key.into()));
            }
        }
    }
}

#[test]
fn commands_are_made_only_of_keys_that_mean_nothing_else() {
    for key in KEYS {
        let cards = cards(ORIGIN, Some(key));
        let snippets = cards.iter().filter_map(|card| card.key.as_ref());
        let has_command =
            snippets.flat_map(|guide| &guide.snippets).any(|snippet| snippet.language == "sh");
        assert_eq!(has_command, snippets::is_plain(key), "{key}");
    }
}

#[test]
fn sign_in_settings_hold_the_address_and_no_key() {
    for card in cards(ORIGIN, Some("secret-key")) {
        let Some(guide) = card.sign_in else { continue };
        for snippet in &guide.snippets {
            let (key, url) = read(snippet);
            assert_eq!((key.as_str(), url.as_str()), ("", "https://mcp.wiv.ai/mcp"), "{snippet:?}");
        }
        assert!(guide.key_links.is_empty() && !format!("{guide:?}").contains("secret-key"));
    }
}

#[test]
fn without_a_key_no_link_holds_one() {
    for card in cards(ORIGIN, None) {
        assert!(card.key.iter().all(|guide| guide.key_links.is_empty()), "{}", card.id);
        let guides = card.sign_in.iter().chain(&card.key);
        assert!(guides.flat_map(|guide| &guide.snippets).all(|snippet| !snippet.is_secret));
    }
}
