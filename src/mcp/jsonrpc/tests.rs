//! What bytes make a message, and which error answers the rest.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Messages, Invalid> {
    match parse(&Bytes::copy_from_slice(text.as_bytes()), MAX_VALUES)?.0 {
        Messages::One(message) => message.map(|message| Messages::One(Ok(message))),
        batch @ Messages::Batch(_) => Ok(batch),
    }
}

fn refused(text: &str) -> (i32, Option<String>) {
    let invalid = read(text).expect_err(text);
    let id = invalid.id.map(|id| String::from_utf8(id.as_json().to_vec()).unwrap());
    (invalid.error.code.number(), id)
}

#[test]
fn a_request_keeps_its_id_digit_by_digit() {
    for id in ["0", "1", "-7", "1.50", "1e3", "1152921504606846976000", "\"a\\u0062\"", "\"\""] {
        let text = format!(r#"{{"jsonrpc":"2.0", "id": {id} ,"method":"ping"}}"#);
        let Ok(Messages::One(Ok(Message::Request(request)))) = read(&text) else {
            panic!("{text}")
        };
        assert_eq!(request.id.as_json(), id.as_bytes());
        assert_eq!(request.method.as_str(), "ping");
    }
}

#[test]
fn messages_are_told_apart_by_their_members() {
    let kind = |text| match read(text) {
        Ok(Messages::One(Ok(Message::Request(_)))) => "request",
        Ok(Messages::One(Ok(Message::Notification(_)))) => "notification",
        Ok(Messages::One(Ok(Message::Response))) => "response",
        Ok(Messages::Batch(_)) => "batch",
        Ok(Messages::One(Err(_))) | Err(_) => "refused",
    };
    for (text, expected) in [
        (r#"{"jsonrpc":"2.0","id":1,"method":"m"}"#, "request"),
        (r#"{"method":"m","params":{},"id":"x","jsonrpc":"2.0"}"#, "request"),
        (r#"{"jsonrpc":"2.0","method":"m"}"#, "notification"),
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "response"),
        (r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}"#, "response"),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"m"}]"#, "batch"),
        (r#"{"jsonrpc":"2.0","id":1}"#, "refused"),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_message_is_refused_with_its_code_and_id() {
    let deep = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{{"a":{open}{close}}}}}"#)
    };
    let deep_id = format!(r#"{{"id":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    for (text, code, id) in [
        ("", -32700, None),
        ("{", -32700, None),
        ("{} {}", -32700, None),
        ("nonsense", -32700, None),
        (r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"n":1e999}}"#, -32700, None),
        (deep(200).as_str(), -32700, None),
        (deep(63).as_str(), -32700, None),
        (deep_id.as_str(), -32700, None),
        ("7", -32600, None),
        ("\"text\"", -32600, None),
        ("null", -32600, None),
        ("[]", -32600, None),
        (r#"{"id":1,"method":"m"}"#, -32600, Some("1")),
        (r#"{"jsonrpc":"1.0","id":"a","method":"m"}"#, -32600, Some("\"a\"")),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600, Some("1")),
        (r#"{"jsonrpc":"2.0","id":null,"method":"m"}"#, -32600, None),
        (r#"{"jsonrpc":"2.0","id":{},"method":"m"}"#, -32600, None),
        (r#"{"jsonrpc":"2.0","id":1,"id":1,"method":"m"}"#, -32600, Some("1")),
        (
            r#"{"jsonrpc":"2.0","id":4,"method":"m","params":{"a":{"b":1,"b":2}}}"#,
            -32600,
            Some("4"),
        ),
    ] {
        assert_eq!(refused(text), (code, id.map(str::to_owned)), "{text}");
    }
    assert!(read(&deep(62)).is_ok());
}

#[test]
fn bytes_that_are_no_utf8_are_refused() {
    let body = Bytes::from_static(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}");
    assert_eq!(parse(&body, MAX_VALUES).unwrap_err().error.code, Code::ParseError);
}

#[test]
fn a_batch_holds_at_most_32_messages_and_judges_each() {
    let message = r#"{"jsonrpc":"2.0","id":1,"method":"m"}"#;
    let batch = |count: usize| format!("[{}]", vec![message; count].join(","));
    assert!(matches!(read(&batch(32)), Ok(Messages::Batch(messages)) if messages.len() == 32));
    assert_eq!(refused(&batch(33)).0, -32600);
    assert_eq!(refused(&batch(10_000)).0, -32600);
    let Ok(Messages::Batch(mixed)) = read(&format!("[{message},7,{{}}]")) else { panic!() };
    assert!(mixed[0].is_ok() && mixed[1].is_err() && mixed[2].is_err());
}

#[test]
fn a_hundred_thousand_names_are_read_in_no_time_and_a_repeated_one_is_seen() {
    let names: String = (0..100_000).map(|number| format!(r#","n{number}":0"#)).collect();
    let begun = std::time::Instant::now();
    assert!(read(&format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m"{names}}}"#)).is_ok());
    let twice = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m"{names},"n99999":0}}"#);
    assert_eq!(refused(&twice), (-32600, Some("1".into())));
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(bytes: Vec<u8>) {
        let _either = parse(&Bytes::from(bytes), MAX_VALUES);
    }

    #[test]
    fn almost_json_does_not_either(text in r#"[\{\}\[\]",:0-9a-z\\ ]{0,80}"#) {
        let _either = read(&text);
    }

    #[test]
    fn every_text_id_comes_back_as_it_was(id: String, method: String) {
        let (id, method) = (serde_json::json!(id).to_string(), serde_json::json!(method));
        let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":{method}}}"#);
        let Ok(Messages::One(Ok(Message::Request(request)))) = read(&text) else {
            panic!("{text}")
        };
        prop_assert_eq!(request.id.as_json(), id.as_bytes());
    }
}

#[test]
fn values_are_counted_wherever_they_stand() {
    let members = |count: usize| {
        (0..count).map(|number| format!(r#""n{number}":0"#)).collect::<Vec<_>>().join(",")
    };
    let bodies = |count: usize| {
        [
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{{{}}}}}"#, members(count)),
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{{"a":[{}]}}}}"#,
                vec!["0"; count].join(",")
            ),
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{{"arguments":{{{}}}}}}}"#,
                members(count)
            ),
            format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{{}}}}}"#, members(count)),
            format!(r#"[{{"jsonrpc":"2.0","method":"m",{}}}]"#, members(count)),
        ]
    };
    for body in bodies(1000) {
        let (_, values) = parse(&Bytes::from(body), 1100).unwrap();
        assert!((1000..1100).contains(&values), "{}", values);
    }
    for body in bodies(1200) {
        let invalid = parse(&Bytes::from(body), 1100).unwrap_err();
        assert!(invalid.has_too_many_values);
    }
}
