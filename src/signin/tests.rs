//! The flow's cookies, and that its hashes are PKCE's.

use http::{HeaderMap, HeaderValue};

use super::*;
use crate::marks::MarkKind;

#[test]
fn the_hash_is_the_one_of_rfc_7636() {
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_eq!(sha256(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "ab"));
    assert_ne!(random_text(), random_text());
}

#[test]
fn cookies_are_bound_to_the_host_where_there_is_https() {
    let secure = Cookies::new(true).set(FlowStep::SignIn, "v");
    assert_eq!(secure, "__Host-wiv-sign-in=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
    let local = Cookies::new(false).clear(FlowStep::Form);
    assert_eq!(local, "wiv-form=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

#[test]
fn a_planted_cookie_makes_none() {
    let get = |cookies: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append("cookie", HeaderValue::from_static(cookie));
        }
        Cookies::new(true).get(FlowStep::Form, &headers).map(std::borrow::Cow::into_owned)
    };
    assert_eq!(get(&["a=b; __Host-wiv-form=x; c=d"]).as_deref(), Some("x"));
    assert_eq!(get(&["wiv-form=x"]), None);
    assert_eq!(get(&["__Host-wiv-form=x; __Host-wiv-form=y"]), None);
    assert_eq!(get(&["__Host-wiv-form=x", "__Host-wiv-form=x"]), None);
    assert_eq!(get(&[]), None);
}

#[test]
fn a_long_value_comes_back_from_its_parts_and_from_nothing_less() {
    let cookies = Cookies::new(true);
    let sent = |cookies: &[HeaderValue]| {
        let pairs =
            cookies.iter().map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let pairs: Vec<_> = pairs.collect();
        let value = HeaderValue::from_str(&pairs.join("; ")).unwrap();
        HeaderMap::from_iter([(header::COOKIE, value)])
    };
    for length in [1, 3_800, 3_801, 7_600, 7_601, 15_200] {
        let value: String = ('a'..='z').cycle().take(length).collect();
        let set = cookies.set_in_parts(FlowStep::SignIn, &value);
        assert!(set.iter().all(|cookie| cookie.len() < 4_096), "{length}");
        let whole = sent(&set);
        assert_eq!(cookies.get(FlowStep::SignIn, &whole).as_deref(), Some(&*value), "{length}");
        assert_eq!(cookies.clear_in_parts(FlowStep::SignIn, &whole).len(), set.len());
        if set.len() > 1 {
            let cut = sent(&set[..set.len() - 1]);
            assert_eq!(cookies.get(FlowStep::SignIn, &cut), None, "{length}");
        }
    }
    for odd in ["x~1", "x~0", "x~5", "x~9999999999999999999999", "x~", "x~-1", "x~2"] {
        let headers = HeaderMap::from_iter([(
            header::COOKIE,
            HeaderValue::from_str(&format!("__Host-wiv-form={odd}")).unwrap(),
        )]);
        assert_eq!(cookies.get(FlowStep::Form, &headers), None, "{odd}");
    }
}

#[tokio::test]
async fn without_room_for_its_mark_no_state_is_used() {
    let marks = Marks::in_memory();
    for number in 0..MarkKind::UsedState.capacity() {
        marks.set(MarkKind::UsedState, &format!("other {number}"), "").await.unwrap();
    }
    let budget = budget::Budget::new(marks.clone());
    assert_eq!(budget.use_up("state").await, Err(FlowError::MarksUnavailable));
    marks.forget(MarkKind::UsedState, "other 0").await.unwrap();
    assert_eq!(budget.use_up("state").await, Ok(()));
    assert_eq!(budget.use_up("state").await, Err(FlowError::NotThisBrowser));
    budget.give_back("state").await;
    assert_eq!(budget.use_up("state").await, Ok(()));
}
