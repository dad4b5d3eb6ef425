//! Files that pages and directories load: stylesheet, script, icons. Served from memory.
//!
//! The drawings are our own. `logo.svg` is the source; `tests/browser/draw.mjs` makes the others.

use std::{fmt::Write, sync::LazyLock};

use aws_lc_rs::digest;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};

use super::Fixed;

/// One file.
#[derive(Debug)]
pub(crate) struct Asset {
    /// The route it is served on.
    pub route: &'static str,
    /// The address that pages give. Where it differs from the route, a digest of the file is in
    /// it, so that it may be kept for ever.
    path: String,
    file: Fixed,
}

/// Path of the stylesheet.
pub(crate) fn stylesheet_path() -> &'static str {
    &ASSETS[0].path
}

/// Path of the script for copying, tabs and forms that are sent once.
pub(crate) fn script_path() -> &'static str {
    &ASSETS[1].path
}

/// Every file.
pub(crate) fn assets() -> &'static [Asset] {
    &*ASSETS
}

static ASSETS: LazyLock<[Asset; 6]> = LazyLock::new(|| {
    let (css, script) = ("text/css; charset=utf-8", "text/javascript; charset=utf-8");
    let logo = include_bytes!("assets/logo.svg");
    [
        by_digest("/assets/{digest}/style.css", css, include_bytes!("style.css")),
        by_digest("/assets/{digest}/page.js", script, include_bytes!("assets/page.js")),
        by_name("/favicon.svg", Fixed::text(drawing("image/svg+xml"), logo.as_slice())),
        by_name("/logo.svg", Fixed::text(drawing("image/svg+xml"), logo.as_slice())),
        by_name("/logo.png", picture("image/png", include_bytes!("assets/logo.png"))),
        by_name(
            "/favicon.ico",
            picture("image/vnd.microsoft.icon", include_bytes!("assets/favicon.ico")),
        ),
    ]
});

fn by_digest(route: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let digest = digest::digest(&digest::SHA256, bytes);
    // 64 bits tell the versions of one file apart.
    let digest = digest.as_ref()[..8].iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes any text");
        text
    });
    let path = route.replace("{digest}", &digest);
    let headers = headers(content_type, "public, max-age=31536000, immutable");
    Asset { route, path, file: Fixed::text(headers, bytes) }
}

fn by_name(route: &'static str, file: Fixed) -> Asset {
    Asset { route, path: route.to_owned(), file }
}

fn picture(content_type: &'static str, bytes: &'static [u8]) -> Fixed {
    Fixed::picture(drawing(content_type), bytes)
}

/// A new drawing shows within a day.
fn drawing(content_type: &'static str) -> HeaderMap {
    headers(content_type, "public, max-age=86400")
}

fn headers(content_type: &'static str, cache: &'static str) -> HeaderMap {
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ])
}

impl Asset {
    /// The file as a response. Pages of another version, while a new one is rolled out, get this
    /// version's file, but must not keep it under their address.
    pub(crate) fn response(&self, path: &str, headers: &HeaderMap) -> Response {
        let mut response = self.file.response(headers);
        if path != self.path {
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        response
    }
}
