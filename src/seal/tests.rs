//! Tests of sealing: what opens, and above all what does not.

mod tickets;

use super::*;

const AUDIENCE: &str = "https://mcp.example.com";
const BASE64URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn sealer() -> Sealer {
    SealingKeys::random().sealer(Purpose::Session, AUDIENCE)
}

fn keys(lines: &[&str]) -> SealingKeys {
    SealingKeys::parse(&lines.join(",")).unwrap()
}

#[test]
fn what_is_sealed_opens_whatever_its_bytes() {
    let sealer = sealer();
    let all_bytes: Vec<u8> = (0..=255).collect();
    for payload in [&b""[..], b"t", b"b", br#"{"page":2}"#, "größe".as_bytes(), &all_bytes] {
        let token = sealer.seal(payload);
        assert!(token.starts_with("v4.local."));
        assert_eq!(sealer.open(&token).as_deref(), Ok(payload));
    }
}

#[test]
fn the_same_payload_never_makes_the_same_token() {
    let sealer = sealer();
    assert_ne!(sealer.seal(b"payload"), sealer.seal(b"payload"));
}

#[test]
fn a_4_kib_payload_opens_again() {
    let sealer = sealer();
    let payload = vec![0xff; 4096];
    assert_eq!(sealer.open(&sealer.seal(&payload)).unwrap(), payload);
}

#[test]
fn a_token_with_any_bit_flipped_is_refused() {
    let sealer = sealer();
    let token = sealer.seal(br#"{"key":"value"}"#).into_bytes();
    for place in 0..token.len() {
        for bit in 0..8 {
            let mut changed = token.clone();
            changed[place] ^= 1 << bit;
            // A changed top bit is no UTF-8, which the type of `open` keeps out already.
            if let Ok(changed) = str::from_utf8(&changed) {
                assert!(sealer.open(changed).is_err(), "bit {bit} of byte {place}");
            }
        }
    }
}

#[test]
fn a_token_with_any_character_replaced_is_refused() {
    // Also catches base64 whose unused last bits are ignored: two texts for one token.
    let sealer = sealer();
    for length in 1..=3 {
        let token = sealer.seal(&b"abc"[..length]).into_bytes();
        for place in 0..token.len() {
            for other in BASE64URL.bytes().filter(|other| *other != token[place]) {
                let mut changed = token.clone();
                changed[place] = other;
                let changed = str::from_utf8(&changed).unwrap();
                assert!(sealer.open(changed).is_err(), "byte {place} as {other}");
            }
        }
    }
}

#[test]
fn a_truncated_token_is_refused() {
    let sealer = sealer();
    let token = sealer.seal(b"payload");
    for length in 0..token.len() {
        assert!(sealer.open(&token[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn every_other_purpose_refuses() {
    let keys = SealingKeys::random();
    for sealed_for in Purpose::ALL.iter().copied() {
        let token = keys.sealer(sealed_for, AUDIENCE).seal(b"payload");
        for opened_for in Purpose::ALL.iter().copied() {
            let opened = keys.sealer(opened_for, AUDIENCE).open(&token);
            assert_eq!(opened.is_ok(), sealed_for == opened_for, "{sealed_for:?} {opened_for:?}");
        }
    }
}

#[test]
fn another_audience_refuses() {
    let keys = SealingKeys::random();
    let token = keys.sealer(Purpose::Session, AUDIENCE).seal(b"payload");
    for other in ["", "https://mcp.example.org", "https://mcp.example.com/"] {
        let opened = keys.sealer(Purpose::Session, other).open(&token);
        assert_eq!(opened, Err(OpenError::Refused));
    }
}

#[test]
fn rotation_keeps_old_tokens_and_seals_with_the_first_key() {
    let (old, new) = (SealingKeys::new_key_line(), SealingKeys::new_key_line());
    let sealer = |lines: &[&str]| keys(lines).sealer(Purpose::Cursor, AUDIENCE);
    let both = sealer(&[&new, &old]);

    let token = sealer(&[&old]).seal(b"payload");
    assert_eq!(both.open(&token).unwrap(), b"payload");
    assert_eq!(sealer(&[&new]).open(&token), Err(OpenError::UnknownKey));

    let token = both.seal(b"payload");
    assert_eq!(sealer(&[&new]).open(&token).unwrap(), b"payload");
    assert_eq!(sealer(&[&old]).open(&token), Err(OpenError::UnknownKey));
}

#[test]
fn another_key_under_the_same_id_refuses() {
    let line = SealingKeys::new_key_line();
    let (id, _) = line.split_once(':').unwrap();
    let other = SealingKeys::new_key_line();
    let (_, other_key) = other.split_once(':').unwrap();
    let impostor = keys(&[&format!("{id}:{other_key}")]);
    let token = keys(&[&line]).sealer(Purpose::Session, AUDIENCE).seal(b"payload");
    let opened = impostor.sealer(Purpose::Session, AUDIENCE).open(&token);
    assert_eq!(opened, Err(OpenError::Refused));
}

#[test]
fn what_is_no_token_is_malformed() {
    let sealer = sealer();
    let token = sealer.seal(b"payload");
    let long = format!("v4.local.{}", "A".repeat(17 * 1024));
    let trailing = format!("{token}.AAAA");
    let public = token.replacen("local", "public", 1);
    for text in ["", ".", "v4.local.", "v4.local.AAAA", "größe", &long, &trailing, &public] {
        assert_eq!(sealer.open(text), Err(OpenError::Malformed), "{text}");
    }
    let (without_footer, _) = token.rsplit_once('.').unwrap();
    assert_eq!(sealer.open(without_footer), Err(OpenError::UnknownKey));
}

#[test]
fn a_derived_key_depends_on_its_secret_alone() {
    let sealer = |secret: &str| {
        SealingKeys::derived_from(secret.as_bytes()).sealer(Purpose::Session, AUDIENCE)
    };
    let token = sealer("one secret").seal(b"payload");
    assert_eq!(sealer("one secret").open(&token).unwrap(), b"payload");
    assert_eq!(sealer("another").open(&token), Err(OpenError::Refused));
}

#[test]
fn a_wrong_key_list_names_the_entry() {
    let good = SealingKeys::new_key_line();
    let key = good.split_once(':').unwrap().1;
    let check = |text: String, expected: SealingKeyError| {
        assert_eq!(SealingKeys::parse(&text).unwrap_err(), expected, "{text}");
    };
    check(String::new(), SealingKeyError::NotIdAndKey(1));
    check(format!("{good},"), SealingKeyError::NotIdAndKey(2));
    check(key.to_owned(), SealingKeyError::NotIdAndKey(1));
    check(format!(":{key}"), SealingKeyError::BadId(1));
    check(format!("{}:{key}", "i".repeat(33)), SealingKeyError::BadId(1));
    check(format!("a b:{key}"), SealingKeyError::BadId(1));
    check(format!("{good},next:{}", &key[1..]), SealingKeyError::BadKey(2));
    check(format!("id:{key}="), SealingKeyError::BadKey(1));
    check(format!("id:{key}AAAA"), SealingKeyError::BadKey(1));
    check(format!("{good}, {good}"), SealingKeyError::RepeatedId(2));
    check(format!("{good},other:{key}"), SealingKeyError::RepeatedKey(2));
}

fn entry(key: [u8; 32]) -> String {
    format!("id:{}", URL_SAFE_NO_PAD.encode(key))
}

#[test]
fn keys_that_people_make_up_are_refused() {
    let text = |text: &[u8]| std::array::from_fn(|place| text[place % text.len()]);
    let halves: [u8; 32] = text(&random_bytes::<16>());
    for key in [
        [0; 32],
        [0xa5; 32],
        std::array::from_fn(|place| place as u8),
        std::array::from_fn(|place| 255 - 7 * place as u8),
        std::array::from_fn(|place| (place * place) as u8 & 7),
        text(b"a"),
        text(b"abcdefgh"),
        text(b"correct horse battery staple, 42"),
        text(b"0123456789abcdef0f1e2d3c4b5a6978"),
        text(b"\x00\xff"),
        halves,
    ] {
        let weak = SealingKeys::parse(&entry(key)).unwrap_err();
        assert_eq!(weak, SealingKeyError::WeakKey(1), "{key:?}");
    }
}

#[test]
fn keys_that_are_drawn_are_not() {
    for _ in 0..20_000 {
        assert!(SealingKeys::parse(&entry(random_bytes())).is_ok());
    }
}

#[test]
fn a_key_is_known_again_under_another_id() {
    let line = |id: &str, key: &str| SealingKeys::parse(&format!("{id}:{key}")).unwrap();
    let new = SealingKeys::new_key_line();
    let (id, key) = new.split_once(':').unwrap();
    let other = SealingKeys::parse(&SealingKeys::new_key_line()).unwrap();
    let both = SealingKeys::parse(&format!("{},{new}", SealingKeys::new_key_line())).unwrap();
    assert!(both.share_a_key(&line("other", key)) && line("other", key).share_a_key(&both));
    assert!(!both.share_a_key(&other));
    assert_eq!(line(id, key).ids().collect::<Vec<_>>(), [id]);
}

#[test]
fn white_space_around_entries_is_dropped() {
    let line = format!(" {} ,\n{}\n", SealingKeys::new_key_line(), SealingKeys::new_key_line());
    assert!(SealingKeys::parse(&line).is_ok());
}

#[test]
fn nothing_secret_is_printed() {
    let line = SealingKeys::new_key_line();
    let (id, key) = line.split_once(':').unwrap();
    let keys = keys(&[&line]);
    assert_eq!(format!("{keys:?}"), format!("SealingKeys[{id:?}]"));
    let sealer = keys.sealer(Purpose::Session, AUDIENCE);
    let printed = format!("{sealer:?} {:?}", keys.hash_key("test"));
    assert!(!printed.contains(key));
}

#[test]
fn a_hash_depends_on_key_label_and_bytes() {
    let keys = SealingKeys::random();
    let hash = keys.hash_key("one").hash(b"secret");
    assert_eq!(hash, keys.hash_key("one").hash(b"secret"));
    assert_ne!(hash, keys.hash_key("two").hash(b"secret"));
    assert_ne!(hash, keys.hash_key("one").hash(b"other"));
    assert_ne!(hash, SealingKeys::random().hash_key("one").hash(b"secret"));
}

#[test]
fn a_token_about_something_opens_with_the_same_alone() {
    let sealer = SealingKeys::random().sealer(Purpose::Cursor, "https://a.example");
    let token = sealer.seal_about(b"place", b"this list");
    assert_eq!(sealer.open_about(&token, b"this list").unwrap(), b"place");
    for other in [&b""[..], b"this lis", b"another list", b"\nthis list"] {
        assert!(sealer.open_about(&token, other).is_err());
    }
    let plain = sealer.seal(b"place");
    assert!(sealer.open_about(&plain, b"this list").is_err());
}
