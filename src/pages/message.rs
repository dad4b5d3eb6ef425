//! The page that says what happened and what to do next.
//!
//! Its words are the person's; causes go to the log, tied to it by the request's id.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::{Footer, FormsLead, page};

/// What a page without a form says.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct MessagePage<'a> {
    /// The heading.
    pub title: &'a str,
    /// Sentences.
    pub text: &'a str,
    /// Named to those who are asked for help.
    pub request_id: &'a str,
    /// Where to go from here.
    pub link: Option<PageLink<'a>>,
    /// What stands below.
    pub footer: &'a Footer,
}

/// Where a page leads on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageLink<'a> {
    /// What it says.
    pub label: &'static str,
    /// A path of ours, or an address that the text names.
    pub path: &'a str,
}

impl MessagePage<'_> {
    /// The page.
    pub(crate) fn response(&self, status: StatusCode) -> Response {
        page(status, self, FormsLead::Here)
    }
}
