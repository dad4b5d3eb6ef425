//! The tools for one user of this machine, whose key is in the environment.
//!
//! Listens nowhere: what needs an address that others can open is not to be had here.

use std::sync::Arc;

use super::{
    parts::{catalog, check_confirm, client, tools},
    start_error::StartError,
};
use crate::{
    auth::Callers,
    caller::Caller,
    limits::{Descriptors, Memory},
    origin::{Origin, PublicUrls},
    seal::SealingKeys,
    settings::Settings,
    tools::Tools,
};

/// For whom things are sealed that no server is to open.
const THIS_MACHINE: &str = "local";

/// The tools, and who calls them.
pub struct Local {
    /// The same as a server's.
    pub tools: Tools,
    /// The user of this machine.
    pub caller: Caller,
}

impl Local {
    /// Makes the tools for the key of the settings; connects to nothing yet.
    ///
    /// # Errors
    /// When there is no key, or a part can't be made of the settings.
    pub fn new(settings: &Settings) -> Result<Self, StartError> {
        // The server of the settings, when they name one: its cursors are good here, and the
        // other way round.
        let urls = settings.public_url.clone().map(PublicUrls::new);
        let page = urls.as_ref().map(|urls| urls.connect().to_owned());
        let no_key = || StartError::NoKey { connect_url: page };
        let key = settings.wiv_api_key.clone().ok_or_else(no_key)?;
        let keys = settings
            .sealing_keys
            .clone()
            .unwrap_or_else(|| SealingKeys::derived_from(key.secret_for_derivation()));
        let audience = settings.public_url.as_ref().map_or(THIS_MACHINE, Origin::as_str);
        if settings.confirm.needs_a_person() {
            return Err(StartError::NobodyApproves);
        }
        let catalog = catalog(settings.catalog.as_deref())?;
        check_confirm(&settings.confirm, &catalog)?;
        let memory = Memory::new(settings.memory.bytes());
        let client = Arc::new(client(settings, Descriptors::raised(), &memory)?);
        let tools = tools(settings, catalog, client, &keys, audience, urls);
        let caller = Callers::new(&keys).caller(key);
        Ok(Self { tools, caller })
    }
}
