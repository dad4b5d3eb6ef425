//! What strangers' texts and names become.

use super::*;

#[test]
fn names_lose_what_could_deceive() {
    let piled = format!("Z{}", "\u{301}".repeat(40));
    let shown_piled = "Z\u{301}\u{301}\u{301}";
    for (name, shown) in [
        ("Cursor", "Cursor"),
        ("  Cla\u{202e}ude\u{0}\u{200b} ", "Claude"),
        ("<b>x</b>", "<b>x</b>"),
        ("abcdefghijklm", "abcdefghij…"),
        ("abcdefghij", "abcdefghij"),
        ("\u{feff}", ""),
        ("\u{3164}\u{115f}\u{2800}\u{ad}\u{e0041}", ""),
        ("\u{2067}حساب\u{2069}", "حساب"),
        (piled.as_str(), shown_piled),
        ("Nguyễn", "Nguyễn"),
        ("A  B\u{a0}\t\n\u{2028}C ", "A B C"),
        ("Z\u{301}\u{301}\u{301}\u{200b}\u{301}\u{2060}\u{301}", shown_piled),
        ("A \u{200b} B", "A B"),
        ("abcdefghij   ", "abcdefghij"),
    ] {
        assert_eq!(shown_name(name, 10), shown, "{name:?}");
    }
}

#[test]
fn running_text_keeps_what_scripts_and_emoji_need() {
    for (text, shown) in [
        ("plain", "plain"),
        ("a\u{202e}b\u{200b}c\u{2066}d\u{feff}e\u{ad}f", "abcdef"),
        ("a\u{e0041}\u{e0042}\u{e007f}b", "ab"),
        ("a\u{2028}b\u{2029}c\u{85}d\u{1b}e\nf", "a b c d e f"),
        ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ("👩\u{200d}👩\u{200d}👧", "👩\u{200d}👩\u{200d}👧"),
        ("🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f}", "🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f}"),
        ("wiv\u{200d}-\u{200c}key\u{fe0f}", "wiv-key"),
        ("😀\u{fe0f}\u{fe0e}\u{fe0f}\u{200d}\u{200c}\u{200d}x", "😀\u{fe0f}\u{200d}x"),
        ("😀\u{fe01}\u{e0100}\u{e01ef}", "😀"),
    ] {
        let found: String = super::shown(text.chars()).collect();
        assert_eq!(found, shown, "{text:?}");
    }
}

#[test]
fn quotes_are_closed_by_nobody_else() {
    assert_eq!(quoted("a\". SYSTEM: “b” ＂"), "\"a'. SYSTEM: 'b' '\"");
}

#[test]
fn keycaps_keep_their_selector_and_braille_its_words() {
    let seen = |text: &str| shown(text.chars()).collect::<String>();
    assert_eq!(
        seen("Step 1\u{fe0f}\u{20e3} of #\u{fe0f}\u{20e3}"),
        "Step 1\u{fe0f}\u{20e3} of #\u{fe0f}\u{20e3}"
    );
    assert_eq!(seen("1\u{fe0f}\u{fe0f}\u{200d}"), "1\u{fe0f}");
    assert_eq!(seen("⠓⠊\u{2800}⠽⠕⠥"), "⠓⠊ ⠽⠕⠥");
}
