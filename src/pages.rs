//! HTML pages: their frame, their one stylesheet, their security headers.
//!
//! Knows no flow: others fill the templates. Pages work without script, load nothing from
//! anybody else and can't be framed.

mod assets;
mod fixed;
mod form;
mod message;
mod reader;

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use url::{Position, Url};

pub(crate) use assets::{Asset, assets, script_path, stylesheet_path};
pub(crate) use fixed::Fixed;
pub(crate) use form::{Form, FormError, UnreadBody, read_body};
pub(crate) use message::{MessagePage, PageLink};
pub(crate) use reader::is_for_people;

pub(crate) use crate::text::shown_name;

/// What stands below every page, from the settings.
#[derive(Debug, Clone, Default)]
pub struct Footer {
    /// Where people get help.
    pub support_url: Option<String>,
    /// The privacy text.
    pub privacy_url: Option<String>,
}

/// Where forms of a page may lead, besides here: Chromium holds redirects after a form to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormTargets(Vec<String>);

impl FormTargets {
    /// Lets a form lead to a URL's origin, or to its scheme if it is a private one.
    #[must_use]
    pub(crate) fn and(mut self, url: &str) -> Self {
        if let Some(source) = csp_source(url) {
            self.0.push(source);
        }
        self
    }
}

/// A URL as a source expression of a policy (CSP 3, 2.3.1). Texts that could break out of the
/// header are left out.
fn csp_source(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return Some(format!("{}:", url.scheme()));
    }
    let has_user = !url.username().is_empty() || url.password().is_some();
    let origin = &url[..Position::BeforePath];
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:/[]_".contains(&byte);
    (!has_user && origin.bytes().all(is_plain)).then(|| origin.to_owned())
}

/// A rendered page.
pub(crate) fn page(
    status: StatusCode,
    template: &impl Template,
    targets: &FormTargets,
) -> Response {
    let Ok(html) = template.render() else {
        tracing::error!("a page's template failed");
        let mut response = Response::new(Body::from("Something failed here. Try again."));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    *response.headers_mut() = page_headers(targets);
    response
}

/// A page that is the same for everybody, rendered once.
///
/// # Errors
/// When its template fails.
pub(crate) fn fixed_page(template: &impl Template, targets: &FormTargets) -> askama::Result<Fixed> {
    Ok(Fixed::text(page_headers(targets), template.render()?))
}

fn page_headers(targets: &FormTargets) -> HeaderMap {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
         form-action 'self'{}; frame-ancestors 'none'; base-uri 'none'",
        targets.0.iter().map(|target| format!(" {target}")).collect::<String>()
    );
    let policy = HeaderValue::try_from(policy).expect("sources are header characters");
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        // Not `no-referrer`: under that, browsers send `Origin: null` with our own forms (Fetch
        // standard, "append a request Origin header"). Other sites learn as little from this.
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CONTENT_SECURITY_POLICY, policy),
    ])
}

/// A page that says when to come back, if that is known.
pub(crate) fn with_wait(mut page: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    page
}

/// 303: the browser goes on by GET. What is no header value leads nowhere.
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = Response::new(Body::empty());
    let Ok(location) = HeaderValue::try_from(location) else {
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    };
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
