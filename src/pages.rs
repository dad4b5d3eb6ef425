//! HTML pages: their frame, their one stylesheet, their security headers.
//!
//! Knows no flow: others fill the templates. Pages work without script, load nothing from
//! anybody else and can't be framed.

mod assets;
mod form;

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};

pub use assets::{Asset, SCRIPT_PATH, STYLESHEET_PATH, assets};
pub(crate) use form::{Form, FormError};

/// A page that says what went wrong and what to do.
#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    stylesheet: &'static str,
    title: &'a str,
    text: &'a str,
    request_id: &'a str,
    link: Option<PageLink>,
}

/// Where a page without a form leads on.
#[derive(Debug, Clone, Copy)]
pub struct PageLink {
    /// What it says.
    pub label: &'static str,
    /// A path of ours.
    pub path: &'static str,
}

/// Where forms of a page may lead, besides here: Chromium holds redirects after a form to it.
#[derive(Debug, Clone, Default)]
pub struct FormTargets(Vec<String>);

impl FormTargets {
    /// Lets a form lead to a URL's origin, or to its scheme if it is a private one.
    #[must_use]
    pub fn and(mut self, url: &str) -> Self {
        if let Some(source) = csp_source(url) {
            self.0.push(source);
        }
        self
    }
}

/// A URL as a source expression of a policy (CSP 3, 2.3.1). Texts that could break out of the
/// header are left out.
fn csp_source(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once(':')?;
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if scheme.is_empty() || !scheme.bytes().all(is_scheme) {
        return None;
    }
    if scheme != "http" && scheme != "https" {
        return Some(format!("{scheme}:"));
    }
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    authority.bytes().all(is_host).then(|| format!("{scheme}://{authority}"))
}

/// A rendered page.
pub fn page(status: StatusCode, template: &impl Template, targets: &FormTargets) -> Response {
    let Ok(html) = template.render() else {
        tracing::error!("a page's template failed");
        return message(StatusCode::INTERNAL_SERVER_ERROR, "Something failed", "Try again.", "");
    };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
         form-action 'self'{}; frame-ancestors 'none'; base-uri 'none'",
        targets.0.iter().map(|target| format!(" {target}")).collect::<String>()
    );
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        // Nothing to others; but with `no-referrer` browsers send forms with `Origin: null`
        // (Fetch, 3.2), and a form's origin is checked.
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    ] {
        headers.insert(name, value);
    }
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A page with a title, a sentence, and the request's id for support.
pub fn message(status: StatusCode, title: &str, text: &str, request_id: &str) -> Response {
    message_with_link(status, title, text, request_id, None)
}

/// The same with a link that leads on.
pub fn message_with_link(
    status: StatusCode,
    title: &str,
    text: &str,
    request_id: &str,
    link: Option<PageLink>,
) -> Response {
    let template = Message { stylesheet: STYLESHEET_PATH, title, text, request_id, link };
    page(status, &template, &FormTargets::default())
}

/// A name that a stranger chose, made safe to show: no control and no direction-changing
/// characters, bounded length (Unicode TR 36, 3).
pub fn shown_name(name: &str, max_chars: usize) -> String {
    let hidden = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{feff}'
                    | '\u{61c}'
            )
    };
    let clean: String = name.chars().filter(|character| !hidden(*character)).collect();
    let mut shown: String = clean.trim().chars().take(max_chars).collect();
    if clean.trim().chars().count() > max_chars {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
