//! Laws of the core for any message.

use bytes::Bytes;
use futures_util::FutureExt;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LATEST_LEGACY, REVISIONS, answer, context, echo};

/// Any JSON, of names and texts that the core looks at as well as of others.
pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let word = || {
        prop_oneof![
            Just("_meta".to_owned()),
            Just("io.modelcontextprotocol/protocolVersion".to_owned()),
            Just("io.modelcontextprotocol/clientCapabilities".to_owned()),
            Just("io.modelcontextprotocol/logLevel".to_owned()),
            Just("io.modelcontextprotocol/tasks".to_owned()),
            Just("extensions".to_owned()),
            Just("taskId".to_owned()),
            Just("progressToken".to_owned()),
            Just("requestState".to_owned()),
            Just("inputResponses".to_owned()),
            Just("traceparent".to_owned()),
            Just("name".to_owned()),
            Just("arguments".to_owned()),
            Just("2026-07-28".to_owned()),
            Just("echo".to_owned()),
            Just("ask".to_owned()),
            ".{0,8}",
        ]
    };
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(word(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_request_is_answered_under_its_id(
        id in prop_oneof![any::<i64>().prop_map(Value::from), ".{0,20}".prop_map(Value::from)],
        method in prop_oneof![
            Just("tools/call".to_owned()),
            Just("tools/list".to_owned()),
            Just("initialize".to_owned()),
            Just("server/discover".to_owned()),
            Just("resources/read".to_owned()),
            Just("prompts/get".to_owned()),
            Just("completion/complete".to_owned()),
            Just("logging/setLevel".to_owned()),
            ".{0,12}",
        ],
        params in any_json(),
        revision in 0..REVISIONS.len(),
    ) {
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let message = Bytes::from(body.to_string());
        let answer = answer(&echo(), &(), context(&REVISIONS[revision]), &message).now_or_never();
        let answer: Value = serde_json::from_slice(&answer.unwrap().unwrap()).unwrap();
        prop_assert_eq!(&answer["id"], &body["id"]);
        prop_assert!(answer.get("result").is_some() != answer.get("error").is_some());
    }

    #[test]
    fn no_bytes_make_the_core_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let host = echo();
        let message = Bytes::from(bytes);
        let _answered = answer(&host, &(), context(LATEST_LEGACY), &message).now_or_never();
    }
}
