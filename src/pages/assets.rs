//! Files that pages and directories load: stylesheet, script, icons. Served from memory.
//!
//! The drawings are our own. `logo.svg` is the source; `tests/browser/draw.mjs` makes the others.

use axum::{body::Body, response::Response};
use http::{HeaderValue, header};

/// Path of the stylesheet. The version is in it, so that it may be cached for ever.
pub const STYLESHEET_PATH: &str = concat!("/assets/", env!("CARGO_PKG_VERSION"), "/style.css");

/// Path of the script for copying, tabs and forms that are sent once.
pub const SCRIPT_PATH: &str = concat!("/assets/", env!("CARGO_PKG_VERSION"), "/page.js");

/// One file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Where it is served.
    pub path: &'static str,
    content_type: &'static str,
    cache: &'static str,
    bytes: &'static [u8],
}

/// For paths that carry the version.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// For paths that stay: a new drawing shows within a day.
const A_DAY: &str = "public, max-age=86400";

/// Every file.
pub fn assets() -> &'static [Asset] {
    &ASSETS
}

impl Asset {
    /// The file as a response.
    pub fn response(&self) -> Response {
        let mut response = Response::new(Body::from(self.bytes));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        response
    }
}

static ASSETS: [Asset; 6] = [
    Asset {
        path: STYLESHEET_PATH,
        content_type: "text/css; charset=utf-8",
        cache: FOR_EVER,
        bytes: include_bytes!("style.css"),
    },
    Asset {
        path: SCRIPT_PATH,
        content_type: "text/javascript; charset=utf-8",
        cache: FOR_EVER,
        bytes: include_bytes!("assets/page.js"),
    },
    Asset {
        path: "/favicon.svg",
        content_type: "image/svg+xml",
        cache: A_DAY,
        bytes: include_bytes!("assets/logo.svg"),
    },
    Asset {
        path: "/logo.svg",
        content_type: "image/svg+xml",
        cache: A_DAY,
        bytes: include_bytes!("assets/logo.svg"),
    },
    Asset {
        path: "/logo.png",
        content_type: "image/png",
        cache: A_DAY,
        bytes: include_bytes!("assets/logo.png"),
    },
    Asset {
        path: "/favicon.ico",
        content_type: "image/vnd.microsoft.icon",
        cache: A_DAY,
        bytes: include_bytes!("assets/favicon.ico"),
    },
];
