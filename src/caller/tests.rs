//! What counts as a key, and that it can't be printed.

use super::*;

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
