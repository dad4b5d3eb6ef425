//! Parts that several composition roots make of the settings.
//!
//! Knows no listener and no route.

use std::{path::Path, sync::Arc};

use super::start_error::StartError;
use crate::{
    caller::Fingerprint,
    catalog::{ActingKind, Catalog},
    limits::{Descriptors, Memory},
    origin::PublicUrls,
    propelauth::{PropelAuth, PropelAuthSettings},
    seal::SealingKeys,
    settings::Settings,
    tools::{ConfirmPolicy, Tools, ToolsSettings},
    wiv,
};

/// Keys that nobody knows and that are tried at one time: enough for all that come back after a
/// deploy, each taking a tenth of a second.
const TRIES: usize = 64;

/// The same from one address, where addresses can be believed: an office behind one.
const TRIES_PER_ADDRESS: usize = 8;

/// The catalogue of the settings, or the built-in one.
///
/// # Errors
/// When the file can't be read or its document is refused.
pub fn catalog(path: Option<&Path>) -> Result<Catalog, StartError> {
    match path {
        Some(path) => Catalog::from_file(path).map_err(StartError::Catalog),
        None => Ok(Catalog::built_in()),
    }
}

/// Whether a policy names only tools that it can be for.
///
/// # Errors
/// With the first that is none.
pub(super) fn check_confirm(policy: &ConfirmPolicy, catalog: &Catalog) -> Result<(), StartError> {
    let is_none = |name: &&str| {
        let acting = catalog.tool(name).and_then(|tool| tool.operation()?.acting.as_ref());
        acting.is_none_or(|acting| acting.kind == ActingKind::Draft)
    };
    match policy.tools().find(is_none) {
        Some(tool) => Err(StartError::ConfirmNamesNoTool { tool: tool.to_owned() }),
        None => Ok(()),
    }
}

/// The client of the WIV API.
///
/// # Errors
/// When the proxy's address can't be used.
pub(super) fn client(
    settings: &Settings,
    descriptors: Descriptors,
    memory: &Memory<Fingerprint>,
) -> Result<wiv::Client, StartError> {
    Ok(wiv::Client::new(&wiv::ClientSettings {
        base_url: settings.wiv_api_url.clone(),
        timeout: settings.upstream_timeout,
        body_limit_bytes: settings.upstream_body_limit.bytes(),
        limits: wiv::ClientLimits {
            calls_per_key: settings.calls_per_key,
            calls: settings.calls.min(descriptors.calls()),
            tries: TRIES.min(descriptors.tries()),
            tries_per_address: TRIES_PER_ADDRESS,
            answers: Arc::clone(&memory.answers),
        },
        proxy: settings.upstream_proxy.clone(),
    })?)
}

/// The tools over a catalogue and a client. What is sealed is for an audience; `urls` are told to
/// people.
pub(super) fn tools(
    settings: &Settings,
    catalog: Catalog,
    client: Arc<wiv::Client>,
    keys: &SealingKeys,
    audience: &str,
    urls: Option<PublicUrls>,
) -> Tools {
    Tools::new(catalog, client, keys, audience, tools_settings(settings, urls))
}

/// What the settings say about which tools there are.
pub fn tools_settings(settings: &Settings, urls: Option<PublicUrls>) -> ToolsSettings {
    ToolsSettings {
        read_only: settings.read_only,
        toolsets: (!settings.toolsets.is_empty()).then(|| settings.toolsets.clone()),
        confirm: settings.confirm.clone(),
        text_limit_chars: settings.text_limit,
        urls,
    }
}

/// The client of PropelAuth, when its settings are complete.
///
/// # Errors
/// When the proxy's address can't be used.
pub fn propelauth(settings: &Settings) -> Result<Option<PropelAuth>, StartError> {
    let (Some(auth_url), Some(client_id), Some(client_secret), Some(api_key)) = (
        settings.propelauth_auth_url.clone(),
        settings.propelauth_client_id.as_ref(),
        settings.propelauth_client_secret.clone(),
        settings.propelauth_api_key.clone(),
    ) else {
        return Ok(None);
    };
    let client = PropelAuth::new(PropelAuthSettings {
        auth_url,
        client_id: client_id.as_str().to_owned(),
        client_secret,
        api_url: settings.propelauth_api_url.clone(),
        api_key,
        proxy: settings.upstream_proxy.clone(),
    })?;
    Ok(Some(client))
}
