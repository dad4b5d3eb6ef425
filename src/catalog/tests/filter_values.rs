//! Mistakes in what a document says of filters' values and of a query's fields.

use super::documents::check_refused;

#[test]
fn values_come_from_a_list_of_one_filter_and_only_queries_name_fields() {
    let with = |written: &str| format!("{written}\n      x-mcp-key-check: true");
    for (written, member, reason) in [
        ("x-mcp-row: [a]", "x-mcp-row", "only a query's fields"),
        ("x-mcp-values: { from: nobody, argument: a, value: v }", "x-mcp-values", "no operation"),
        (
            "x-mcp-values: { from: listKinds, argument: a, value: v }",
            "x-mcp-values",
            "`listKinds` is no list whose one required argument is `a`",
        ),
    ] {
        let place = format!("/paths/~1things/get/{member}");
        check_refused("x-mcp-key-check: true", &with(written), &place, reason);
    }
}
