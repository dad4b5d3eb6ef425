//! Responses that are the same for everybody, held ready: plain and compressed.
//!
//! Never for a body that holds a secret: what is compressed beside a secret helps to guess it
//! (the BREACH attack).

use std::{io::Write, sync::OnceLock};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, header};

/// A response of status 200 that never changes.
#[derive(Debug, Clone)]
pub(crate) struct Fixed {
    headers: HeaderMap,
    plain: Bytes,
    /// Made when first asked for, because a start must be quick. `None` for pictures.
    gzip: Option<OnceLock<Bytes>>,
}

impl Fixed {
    /// A text.
    pub(super) fn text(headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { headers, plain: body.into(), gzip: Some(OnceLock::new()) }
    }

    /// A picture, which is compressed by its own format.
    pub(super) fn picture(headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { headers, plain: body.into(), gzip: None }
    }

    /// The response, compressed for who takes that (RFC 9110, 12.5.3).
    pub(crate) fn response(&self, asked: &HeaderMap) -> Response {
        let gzip = self.gzip.as_ref().filter(|_| takes_gzip(asked));
        let gzip = gzip.map(|gzip| gzip.get_or_init(|| compressed(&self.plain)));
        let mut response = Response::new(Body::from(gzip.unwrap_or(&self.plain).clone()));
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        if gzip.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if self.gzip.is_some() {
            headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        response
    }
}

fn compressed(plain: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.expect("memory takes what is written").into()
}

/// Whether `Accept-Encoding` names gzip, and not to refuse it.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let refused =
        |weight: &str| weight.trim_start_matches("q=").trim_matches(['0', '.']).is_empty();
    asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| coding.split_once(';').unwrap_or((coding, "q=1")))
        .any(|(name, weight)| {
            name.trim().eq_ignore_ascii_case("gzip")
                && !refused(&weight.trim().to_ascii_lowercase())
        })
}
