//! The parts of sign-in, made of the settings when those are complete.
//!
//! Not for the routes, which `web` has.

use std::sync::Arc;

use super::audience::Audience;
use crate::{
    marks::Marks,
    oauth::{OAuth, OAuthSettings},
    origin::Origin,
    pages::Footer,
    propelauth::PropelAuth,
    seal::SealingKeys,
    settings::{Settings, WebLink},
    signin::{SignIn, SignInSettings},
};

/// The browser flow, when sign-in is on.
pub(super) fn sign_in(
    settings: &Settings,
    propelauth: Option<Arc<PropelAuth>>,
    keys: &SealingKeys,
    origin: &Origin,
    marks: &Marks,
) -> Option<Arc<SignIn>> {
    let policy = settings.key_policy?;
    let sign_in_settings = SignInSettings {
        origin: origin.clone(),
        policy,
        key_life: settings.key_life,
        footer: footer(settings),
    };
    Some(Arc::new(SignIn::new(propelauth?, sign_in_settings, keys.clone(), marks.clone())))
}

/// The authorization server.
pub(super) fn oauth(
    settings: &Settings,
    sign_in: &Arc<SignIn>,
    keys: &SealingKeys,
    origin: &Origin,
    audience: Audience,
    marks: &Marks,
) -> Option<OAuth> {
    let oauth_settings = OAuthSettings {
        issuer: origin.clone(),
        redirects: settings.redirects.clone(),
        well_known: settings.well_known,
        access_token_life: settings.access_token_life,
        sign_in_life: settings.sign_in_life,
        reads_only: settings.read_only,
        local_client_documents: audience == Audience::ThisMachine,
    };
    let client_id_key = settings.client_id_key.as_ref()?;
    Some(OAuth::new(oauth_settings, Arc::clone(sign_in), keys, client_id_key, marks.clone()))
}

/// What stands at the foot of every page.
pub(super) fn footer(settings: &Settings) -> Footer {
    let text = |link: &Option<WebLink>| link.as_ref().map(|link| link.as_str().to_owned());
    Footer { support_url: text(&settings.support_url), privacy_url: text(&settings.privacy_url) }
}
