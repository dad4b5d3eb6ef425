//! The tools for one user of this machine, whose key is in the environment.
//!
//! Listens nowhere: what needs an address that others can open is not to be had here.

use std::sync::Arc;

use super::{
    parts::{catalog, client, tools},
    start_error::StartError,
};
use crate::{
    auth::{Auth, Challenges},
    caller::Caller,
    limits::{Descriptors, Memory},
    origin::Origin,
    seal::SealingKeys,
    settings::Settings,
    tools::Tools,
};

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
        let key = settings.wiv_api_key.clone().ok_or(StartError::NoKey)?;
        let keys = settings
            .sealing_keys
            .clone()
            .unwrap_or_else(|| SealingKeys::derived_from(key.secret_for_derivation()));
        let origin =
            settings.public_url.clone().unwrap_or_else(|| Origin::of_listener(settings.listen));
        let catalog = catalog(settings.catalog.as_deref())?;
        let memory = Memory::new(settings.memory.bytes());
        let client = Arc::new(client(settings, Descriptors::raised(), &memory)?);
        let tools = tools(settings, catalog, client, &keys, &origin)?;
        let challenges = Challenges::new(origin.as_str(), None);
        let caller = Auth::new(keys.hash_key("caller"), challenges, None).caller(key);
        Ok(Self { tools, caller })
    }
}
