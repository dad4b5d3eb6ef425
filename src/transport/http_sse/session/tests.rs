//! When a session that is to end may.

use super::*;
use crate::{caller::ApiKey, mcp::MAX_VALUES};

#[test]
fn a_session_is_not_idle_before_what_it_says_at_once_was_told() {
    let key = ApiKey::parse(b"key").unwrap();
    let caller = Caller::of_key(key, Fingerprint::new([0; 16]));
    let session = Arc::new(Session::new(caller, None));
    let view = Arc::new(View::new(std::iter::empty(), std::iter::empty::<&str>()));
    let discover = br#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#;
    let frame = Frame::read(&Bytes::from_static(discover), MAX_VALUES).unwrap();
    let spawn = |_| unreachable!("this transport has no such method");
    let said = session.take(frame, Named::Nothing, &view, |_| Ok(()), spawn).unwrap();
    assert_eq!(said.len(), 1);
    assert!(!session.close_if_idle());
    drop(said);
    assert!(session.close_if_idle());
}
