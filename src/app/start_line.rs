//! The line of a start: what runs here, for whoever reads the log.
//!
//! Names keys by their ids, never by more.

use std::net::SocketAddr;

use crate::{origin::Origin, seal::SealingKeys, settings::Settings, tools::Tools};

/// What the line tells besides the settings.
pub(super) struct Started<'a> {
    pub(super) address: SocketAddr,
    pub(super) origin: &'a Origin,
    pub(super) tools: &'a Tools,
    pub(super) keys: &'a SealingKeys,
    pub(super) signs_in: bool,
}

impl Started<'_> {
    /// Writes the line.
    pub(super) fn tell(&self, settings: &Settings) {
        let ids = |keys: &SealingKeys| keys.ids().collect::<Vec<_>>().join(",");
        let toolsets = (!settings.toolsets.is_empty())
            .then(|| settings.toolsets.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(","));
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            address = %self.address,
            origin = self.origin.as_str(),
            api = settings.wiv_api_url.origin().as_str(),
            sign_in = self.signs_in,
            tools = self.tools.offered_count(),
            catalogue = self.tools.catalog().digest(),
            sealing_keys = ids(self.keys),
            client_id_key = settings.client_id_key.as_ref().map(ids),
            read_only = settings.read_only.then_some(true),
            toolsets,
            "serving"
        );
    }
}
