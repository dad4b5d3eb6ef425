//! The connect page: from sign-in to a working assistant.
//!
//! Knows neither OAuth nor MCP. Keeps nothing but marks: what a signed-in person's page needs
//! travels sealed in their browser.

mod clients;
mod install_links;
mod snippets;

pub use clients::{ClientCard, Guide, PLACEHOLDER_KEY, cards};
pub use install_links::InstallLink;
pub use snippets::{Snippet, by_key};

#[cfg(test)]
mod tests;
