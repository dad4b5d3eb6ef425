//! What counts as a key, and that it can't be printed.

use proptest::prelude::*;

use super::*;

#[test]
fn what_a_person_configured_may_be_a_mistake_and_what_an_issuer_made_is_none() {
    for (text, error) in [
        ("${WIV_API_KEY}", ApiKeyError::Placeholder),
        ("YOUR_API_KEY", ApiKeyError::Placeholder),
        ("\"k-1\"", ApiKeyError::Quoted),
        ("Bearer k-1", ApiKeyError::HasScheme),
        ("x-api-key=k-1", ApiKeyError::HasName),
    ] {
        assert_eq!(ApiKey::configured(text.as_bytes()).unwrap_err(), error, "{text}");
    }
    for made in ["${input:k}", "\"'<&>$`{x}", "YOUR_API_KEY"] {
        assert_eq!(ApiKey::parse(made.as_bytes()).unwrap().expose(), made.as_bytes());
    }
    assert!(ApiKey::configured(b" wiv-demo-acme\n").is_ok());
}

#[test]
fn what_stands_in_templates_is_no_key() {
    for text in [
        "MY_API_KEY",
        "my_wiv_api_key",
        "myApiKey",
        "INSERT_API_KEY",
        "insert-your-key",
        "ENTER_KEY",
        "REPLACE-WITH-KEY",
        "replace_me_with_api_key",
        "PASTE_KEY_HERE",
        "dummy-key",
        "example-key",
        "SAMPLE_TOKEN",
        "fake-api-key",
        "MY_API_KEY_1",
        "dummy",
        "example",
        "xxxx-xxxx-xxxx",
        "xxxx.xxxx",
        "wiv-xxxx",
        "wiv-api-key-xxx",
        "xxx",
        "XXXX",
        "***",
        "wiv-****3f9a",
        "\u{2022}\u{2022}\u{2022}\u{2022}3f9a",
        "---",
        "?",
        "$wiv_key",
        "$apiKey",
        "$KEY",
        "$(WIV_API_KEY)",
        "$(cat key.txt)",
        "#{key}",
        "<%= key %>",
        "@WIV_API_KEY@",
        "#KEY#",
        "env:WIV_API_KEY",
        "env.WIV_API_KEY",
        "process.env.WIV_API_KEY",
        "os.environ['WIV_API_KEY']",
        "secrets.WIV_API_KEY",
        "op://vault/wiv/key",
        "%24%7BWIV%7D",
        "%3Ckey%3E",
        "<key",
        "key>",
        "{api-key",
    ] {
        let found = ApiKey::configured(text.as_bytes()).unwrap_err();
        assert_eq!(found, ApiKeyError::Placeholder, "{text}");
    }
    for text in [
        "api_key=abc",
        "API-KEY: abc",
        "apikey=abc",
        "token: abc",
        "export WIV_API_KEY=abc",
        "\"x-api-key\": \"abc\"",
    ] {
        let found = ApiKey::configured(text.as_bytes()).unwrap_err();
        assert_eq!(found, ApiKeyError::HasName, "{text}");
    }
}

#[test]
fn keys_that_people_made_up_are_keys() {
    for text in [
        "wiv-demo-acme",
        // Of load tests, which count.
        "wiv-0000000000000000000000000000",
        "wiv-0000000000000000000000000001",
        "00000000-0000-0000-0000-000000000000",
        "wiv-demo-globex-admin",
        "wiv-dead-key-of-somebody",
        "integration-key",
        "a-key",
        "key",
        "test-key",
        "key-1",
        "k",
        "1",
        "api_key_9f8e7d6c5b4a",
        "abc$def%41ghi",
        "0x9f8e",
        "environment-7",
    ] {
        assert!(ApiKey::configured(text.as_bytes()).is_ok(), "{text}");
    }
}

/// A text of these characters.
fn random(
    characters: &'static [u8],
    length: std::ops::Range<usize>,
) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(characters), length)
        .prop_map(|bytes| bytes.into_iter().map(char::from).collect())
}

proptest! {
    #[test]
    fn random_keys_are_never_taken_for_a_mistake(
        hex in random(b"0123456789abcdef", 16..129),
        capitals in random(b"0123456789ABCDEF", 16..129),
        base64url in random(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 16..129,
        ),
        base64 in random(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 16..129,
        ),
        letters in random(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 16..129),
        first in 1..=u32::MAX,
        rest in 1..=u64::MAX,
    ) {
        let uuid = format!("{first:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            rest >> 48, rest & 0xfff, 0x8000 | (rest & 0xfff), rest & 0xffff_ffff_ffff);
        let prefixed = format!("wiv_{base64url}");
        let padded = format!("{base64}==");
        for key in [&hex, &capitals, &base64url, &base64, &letters, &uuid, &prefixed, &padded] {
            prop_assert!(ApiKey::configured(key.as_bytes()).is_ok(), "{}", key);
        }
    }
}

#[test]
fn white_space_around_a_key_is_dropped() {
    assert_eq!(ApiKey::parse(b" \t wiv-demo-acme\n").unwrap().expose(), b"wiv-demo-acme");
}

#[test]
fn texts_that_cannot_be_keys_are_refused() {
    let too_long = vec![b'k'; MAX_KEY_BYTES + 1];
    for (text, error) in [
        (&b""[..], ApiKeyError::Empty),
        (b"  \r\n", ApiKeyError::Empty),
        (&too_long, ApiKeyError::TooLong),
        (b"two words", ApiKeyError::NotVisibleAscii),
        (b"line\nbreak", ApiKeyError::NotVisibleAscii),
        ("schlüssel".as_bytes(), ApiKeyError::NotVisibleAscii),
        (b"\xff\xfe", ApiKeyError::NotVisibleAscii),
    ] {
        assert_eq!(ApiKey::parse(text).unwrap_err(), error);
    }
    assert!(ApiKey::parse(&too_long[1..]).is_ok());
}

#[test]
fn debug_output_hides_the_key() {
    let key = ApiKey::parse(b"wiv-secret").unwrap();
    assert_eq!(format!("{key:?}"), "ApiKey(redacted)");
    assert_eq!(format!("{:?}", key.header_value()), "Sensitive");
}

#[test]
fn a_secret_is_visible_ascii_and_hidden_in_debug_output() {
    let secret = Secret::parse(" s3cret/+=\n").unwrap();
    assert_eq!(secret.expose(), "s3cret/+=");
    assert_eq!(format!("{secret:?}"), "Secret(redacted)");
    for text in ["", " \n", "two words", "schlüssel", &"s".repeat(MAX_KEY_BYTES + 1)] {
        assert!(Secret::parse(text).is_none(), "{text}");
    }
}

/// A caller with this fingerprint; scopes of `None` are a bare key's.
fn caller(name: u8, write: Option<bool>) -> Caller {
    let grant = write.map(|write| {
        Arc::new(Grant {
            scopes: Scopes { write },
            bounds: ToolBounds::ALL,
            organization: "Acme".into(),
            role: "Member".into(),
            issued_at: 1,
            key_expires_at: 2,
        })
    });
    let key = ApiKey::parse(&[b'k', name]).unwrap();
    Caller { grant, ..Caller::of_key(key, Fingerprint::new([name; 16])) }
}

fn beside(first: Caller, fallback: Caller) -> Caller {
    Caller { fallback: Some(Arc::new(fallback)), ..first }
}

#[test]
fn a_stream_goes_on_only_for_who_shows_the_same_again() {
    let opened = caller(b'a', Some(true));
    assert!(opened.as_shown(&caller(b'b', Some(true)).shown()).is_none(), "another key");
    assert!(opened.as_shown(&caller(b'a', None).shown()).is_none(), "another kind of credential");
    assert!(caller(b'a', None).as_shown(&opened.shown()).is_none());
    let narrower = opened.as_shown(&caller(b'a', Some(false)).shown()).unwrap();
    assert!(!narrower.may_write(), "the scope is that of what was shown last");
    let wider = caller(b'a', Some(false)).as_shown(&opened.shown()).unwrap();
    assert!(wider.may_write());
    let grant = Grant {
        role: "Owner".into(),
        key_expires_at: 9,
        issued_at: 8,
        ..Grant::clone(opened.grant.as_ref().unwrap())
    };
    let renewed = Caller { grant: Some(Arc::new(grant)), ..caller(b'a', None) };
    let renewed = opened.as_shown(&renewed.shown()).unwrap().grant.unwrap();
    let found = (&*renewed.role, renewed.issued_at, renewed.key_expires_at);
    assert_eq!(found, ("Owner", 8, 9), "a renewed grant is the one that counts");
}

#[test]
fn a_fallback_that_is_not_shown_again_is_not_used() {
    let opened = beside(caller(b'a', None), caller(b'b', Some(true)));
    let both = opened.as_shown(&opened.shown()).unwrap();
    assert_eq!(both.fallback.as_ref().unwrap().fingerprint, Fingerprint::new([b'b'; 16]));
    assert!(both.all_may_write());
    assert!(opened.as_shown(&caller(b'a', None).shown()).unwrap().fallback.is_none());
    let other = beside(caller(b'a', None), caller(b'c', Some(true)));
    assert!(opened.as_shown(&other.shown()).unwrap().fallback.is_none());
    let narrower = beside(caller(b'a', None), caller(b'b', Some(false)));
    assert!(!opened.as_shown(&narrower.shown()).unwrap().all_may_write());
    // What was shown only later is nobody's who opened the stream.
    assert!(caller(b'a', None).as_shown(&opened.shown()).unwrap().fallback.is_none());
}
