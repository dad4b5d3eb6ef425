//! Origins and base URLs, parsed once; the addresses that are made of them.
//!
//! Not a general URL parser: what settings and `Host` headers need. Hosts are lower-case names
//! or IP addresses without wildcards, users or passwords; two equal origins have equal texts.

mod http_url;
mod public_urls;
mod reading;
mod web_origin;

pub use http_url::HttpUrl;
pub use public_urls::PublicUrls;
pub use web_origin::Origin;

#[cfg(test)]
mod tests;
