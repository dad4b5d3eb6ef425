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

/// Where the answers to a page's forms lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormsLead {
    /// To pages of ours.
    Here,
    /// Away, to an address from where somebody else may lead on. Chromium holds every further
    /// redirect to the policy of the page that the form was on, and which they are nobody here
    /// can know: so the policy says nothing of forms.
    Away,
}

/// A rendered page.
pub(crate) fn page(status: StatusCode, template: &impl Template, forms: FormsLead) -> Response {
    let Ok(html) = template.render() else {
        tracing::error!("a page's template failed");
        let mut response = Response::new(Body::from("Something failed here. Try again."));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    *response.headers_mut() = page_headers(forms);
    response
}

/// A page that is the same for everybody, rendered once.
///
/// # Errors
/// When its template fails.
pub(crate) fn fixed_page(template: &impl Template, forms: FormsLead) -> askama::Result<Fixed> {
    Ok(Fixed::text(page_headers(forms), template.render()?))
}

/// What every page may load, and who may frame it (CSP 3).
macro_rules! policy {
    () => {
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'"
    };
}

fn page_headers(forms: FormsLead) -> HeaderMap {
    let policy = HeaderValue::from_static(match forms {
        FormsLead::Here => concat!(policy!(), "; form-action 'self'"),
        FormsLead::Away => policy!(),
    });
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
    // The address that leads on may hold a code, and so may the one that was asked for.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
mod tests;
