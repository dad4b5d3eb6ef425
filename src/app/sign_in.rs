//! The parts of sign-in, made of the settings when those are complete.
//!
//! Not for the routes, which the running server wires.

use std::sync::Arc;

use super::{audience::Audience, parts::propelauth, start_error::StartError};
use crate::{
    connect::ConnectSettings,
    oauth::{OAuth, OAuthSettings},
    origin::Origin,
    pages::Footer,
    seal::SealingKeys,
    settings::{Settings, WebLink},
    signin::{SignIn, SignInSettings},
};

/// The browser flow, when sign-in is on.
pub(super) fn sign_in(
    settings: &Settings,
    keys: &SealingKeys,
    origin: &Origin,
) -> Result<Option<Arc<SignIn>>, StartError> {
    let (Some(client), Some(policy)) = (propelauth(settings)?, settings.key_policy) else {
        return Ok(None);
    };
    let sign_in_settings =
        SignInSettings { origin: origin.as_str().to_owned(), policy, key_life: settings.key_life };
    Ok(Some(Arc::new(SignIn::new(Arc::new(client), sign_in_settings, keys))))
}

/// The authorization server.
pub(super) fn oauth(
    settings: &Settings,
    sign_in: Arc<SignIn>,
    keys: &SealingKeys,
    origin: &Origin,
    audience: Audience,
) -> Option<OAuth> {
    let oauth_settings = OAuthSettings {
        issuer: origin.as_str().to_owned(),
        sign_in_origin: sign_in_origin(settings)?,
        redirects: settings.redirects.clone(),
        well_known: settings.well_known,
        access_token_life: settings.access_token_life,
        sign_in_life: settings.sign_in_life,
        reads_only: settings.read_only,
        local_client_documents: audience == Audience::ThisMachine,
        footer: footer(settings),
    };
    Some(OAuth::new(oauth_settings, sign_in, keys, settings.client_id_key.as_ref()?))
}

/// What the connect page is told.
pub(super) fn connect_settings(settings: &Settings, origin: &Origin) -> ConnectSettings {
    ConnectSettings {
        origin: origin.as_str().to_owned(),
        sign_in_origin: sign_in_origin(settings).unwrap_or_default(),
        policy: settings.key_policy,
        footer: footer(settings),
    }
}

fn footer(settings: &Settings) -> Footer {
    let text = |link: &Option<WebLink>| link.as_ref().map(|link| link.as_str().to_owned());
    Footer { support_url: text(&settings.support_url), privacy_url: text(&settings.privacy_url) }
}

fn sign_in_origin(settings: &Settings) -> Option<String> {
    settings.propelauth_auth_url.as_ref().map(|url| url.origin().as_str().to_owned())
}
