//! Laws of bounds, and what addresses spell.

use proptest::prelude::*;

use super::*;

fn all() -> impl Iterator<Item = ToolBounds> {
    (0..=CHOSEN)
        .flat_map(|toolsets| [false, true].map(|read_only| ToolBounds { toolsets, read_only }))
}

fn some() -> impl Strategy<Value = ToolBounds> {
    (0..=CHOSEN, any::<bool>()).prop_map(|(toolsets, read_only)| ToolBounds { toolsets, read_only })
}

#[test]
fn each_bounds_have_a_number_of_their_own() {
    let mut numbers: Vec<usize> = all().map(ToolBounds::index).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..ToolBounds::COUNT).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn what_both_let_through_is_what_each_lets_through(one in some(), other in some()) {
        let both = one.and(other);
        prop_assert!(both.is_within(one) && both.is_within(other));
        for toolset in Toolset::ALL {
            for reads in [false, true] {
                let each = one.lets_through(toolset, reads) && other.lets_through(toolset, reads);
                prop_assert_eq!(both.lets_through(toolset, reads), each);
            }
        }
    }

    #[test]
    fn any_text_is_no_view_or_spells_itself(text in "(/|x|,|readonly|cases|msp|ai|connection|é|%2C|X){0,9}") {
        if let Some(view) = ViewPath::parse(&text) {
            let spelled = view.to_string();
            prop_assert_eq!(ViewPath::parse(&spelled), Some(view));
            prop_assert!(spelled.len() <= text.len());
        }
    }
}

#[test]
fn addresses_name_views_in_their_own_order() {
    for (path, spelled) in [
        ("", ""),
        ("/", ""),
        ("/readonly", "/readonly"),
        ("/x/msp,cases", "/x/msp,cases"),
        ("/x/msp,cases,msp/readonly/", "/x/msp,cases/readonly"),
        (
            "/x/connection,ai,msp,cases,executions,folders,spaces,workflows,ai",
            "/x/connection,ai,msp,cases,executions,folders,spaces,workflows",
        ),
    ] {
        assert_eq!(ViewPath::parse(path).unwrap().to_string(), spelled);
    }
    for path in [
        "readonly",
        "/readonly/readonly",
        "/readonly/x/cases",
        "/x",
        "/x/",
        "/x/cases,",
        "/x/Cases",
        "/x/cases%2Cmsp",
        "//",
        "/x//readonly",
        "/cases",
        "/x/cases/x/msp",
        "/READONLY",
    ] {
        assert_eq!(ViewPath::parse(path), None, "{path}");
    }
}

#[test]
fn an_address_lets_through_what_it_names_and_the_connection() {
    let bounds = ViewPath::parse("/x/cases,msp/readonly").unwrap().bounds();
    let names: Vec<&str> = bounds.toolsets().map(Toolset::as_str).collect();
    assert_eq!(names, ["cases", "msp", "connection"]);
    assert!(bounds.is_read_only());
    assert_eq!(bounds.chosen(), Some(vec!["cases", "msp"]));
    assert_eq!(ViewPath::parse("").unwrap().bounds(), ToolBounds::ALL);
    assert_eq!(ViewPath::parse("/x/connection").unwrap().bounds().chosen(), Some(vec![]));
    assert_eq!(ToolBounds::ALL.chosen(), None);
}
