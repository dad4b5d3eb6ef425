//! What an answer's head says of its body: form, and how many rows.
//!
//! Not for what the body says itself.

use http::{HeaderMap, StatusCode, header};
use reqwest::Response;

use crate::outbound;

/// Headers with the number of all rows.
const TOTALS: [&str; 5] =
    ["x-total-count", "x-total", "x-total-results", "x-total-items", "total-count"];

/// Headers that hold something where there is a next page.
const NEXT: [&str; 3] = ["x-next-page", "x-next-cursor", "x-next-token"];

/// What a head says of the body behind it.
#[derive(Debug, Clone, Default)]
pub struct BodyHead {
    /// What it is encoded as, though that was not asked for.
    pub encoding: Option<String>,
    /// It is a text and nothing else.
    pub is_plain_text: bool,
    /// How much there is.
    pub extent: Extent,
    /// When it was answered by the answering clock, in Unix seconds (RFC 9110, 6.6.1).
    pub date: Option<u64>,
}

impl BodyHead {
    pub(super) fn of(response: &Response) -> Self {
        let media_type = response.headers().get(header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        Self {
            encoding: outbound::encoding(response),
            is_plain_text: media_type.eq_ignore_ascii_case("text/plain"),
            extent: Extent::of(response.status(), response.headers()),
            date: response.headers().get(header::DATE).and_then(date),
        }
    }
}

fn date(value: &http::HeaderValue) -> Option<u64> {
    let time = httpdate::parse_http_date(value.to_str().ok()?).ok()?;
    time.duration_since(std::time::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// How much there is, as far as a head says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// All rows.
    pub total: Option<usize>,
    /// There is more than was sent.
    pub has_more: bool,
}

impl Extent {
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let totals = TOTALS.iter().filter_map(|name| text(name)?.trim().parse().ok());
        let links = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
        let has_next_link = links.flat_map(|links| links.split(';')).any(is_next);
        let has_next_page =
            NEXT.iter().any(|name| text(name).is_some_and(|next| !next.trim().is_empty()));
        let (total, last) = text("content-range").map_or((None, None), range);
        let is_part = total.zip(last).is_some_and(|(total, last): (usize, usize)| last + 1 < total);
        Self {
            total: totals.chain(total).max(),
            has_more: has_next_link
                || has_next_page
                || is_part
                || status == StatusCode::PARTIAL_CONTENT,
        }
    }
}

/// A link's parameter: `rel="next"`, perhaps with other relations beside.
fn is_next(parameter: &str) -> bool {
    // The next link of the same header begins behind a comma.
    let parameter = parameter.split(',').next().unwrap_or_default();
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
    name.trim().eq_ignore_ascii_case("rel") && relations.any(|rel| rel.eq_ignore_ascii_case("next"))
}

/// `items 0-1/50`: how many in all, and the last that was sent.
fn range(value: &str) -> (Option<usize>, Option<usize>) {
    let Some((sent, total)) = value.rsplit_once('/') else { return (None, None) };
    let last = sent.rsplit_once('-').and_then(|(_, last)| last.trim().parse().ok());
    (total.trim().parse().ok(), last)
}
