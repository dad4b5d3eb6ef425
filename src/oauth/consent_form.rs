//! What a consent page's form carries, sealed.
//!
//! Not for the page.

use serde::{Deserialize, Serialize};

use super::request::AuthorizeRequest;
use crate::seal::{Payload, Purpose};

/// A request while its person reads the page.
#[derive(Serialize, Deserialize)]
pub(super) struct ConsentForm {
    pub(super) request: AuthorizeRequest,
    /// Hash of what the browser's cookie holds.
    pub(super) form: String,
}

impl Payload for ConsentForm {
    const PURPOSE: Purpose = Purpose::Consent;
}
