//! A connection's whole life by OAuth, as `sign_in.py` and `sign_in.mjs` tell it.

use std::collections::BTreeSet;
use std::env;

use rmcp::service::{ClientInitializeError, ClientLifecycleMode};
use rmcp::transport::auth::{
    AuthClient, AuthorizationRequest, CredentialStore, InMemoryCredentialStore, OAuthState,
};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::client::Client;
use crate::scenario::{Checks, succeed, the_tools};
use crate::{Failure, text};

/// Nobody listens there: the scripted browser stops where the person would return to the client.
const REDIRECT_URI: &str = "http://localhost:53682/callback";
/// One of the documents that the server has a copy of, because nothing is fetched in a test. It
/// allows the redirect URI above on any port (RFC 8252, 7.3).
const CLIENT_DOCUMENT: &str = "https://claude.ai/oauth/claude-code-client-metadata";
/// The SDK exports no way to make its token old, but its store keeps when it came.
const LONG_AGO: u64 = 1;

/// How the client becomes known to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registration {
    Dynamic,
    MetadataDocument,
}

/// Signs in, works, refreshes, outlives a restart, is revoked, and is told to sign in again.
pub(crate) async fn story(
    place: &Value,
    registration: Registration,
    checks: &mut Checks,
) -> Result<String, Failure> {
    let operator = Operator::new(place);
    let person = Person::in_several(place, registration == Registration::Dynamic)?;
    let keys_before = operator.live_keys().await?;
    let url = text(&place["mcp_url"]);

    let challenge = the_challenge(url).await?;
    let store = InMemoryCredentialStore::new();
    let client = sign_in(url, &challenge, registration, &person, &store, checks).await?;
    let keys = &operator.live_keys().await? - &keys_before;
    checks.that(keys.len() == 1, format!("the sign-in made {} keys", keys.len()))?;

    the_tools(&client.list_tools().await?, checks)?;
    search(&client, checks).await?;
    let connection = succeed(&client, checks, "wiv_get_connection", json!({})).await?;
    let organization = connection["data"]["organization"].to_string();
    checks.that(
        organization.contains(&person.organization),
        format!("signed in to {organization}"),
    )?;

    refresh(&client, &store, checks).await?;
    let keys_now = &operator.live_keys().await? - &keys_before;
    checks.that(keys_now == keys, "the refresh changed the key")?;
    if operator.can_restart() {
        operator.restart().await?;
        search(&client, checks).await?;
        refresh(&client, &store, checks).await?;
    }

    operator.revoke(&keys).await?;
    let refused = client.call_tool("wiv_search_cases", json!({"limit": 5})).await?;
    let kind = &refused["structuredContent"]["error"]["kind"];
    checks.that(
        refused["isError"] == true && kind == "unauthorized",
        format!("a revoked key: isError {}, kind {kind}", refused["isError"]),
    )?;
    let said = text(&refused["content"][0]["text"]).to_lowercase();
    checks.that(
        said.contains("sign in") || said.contains("sign-in"),
        format!("a revoked key is told only: {said}"),
    )?;

    // The refresh is refused as well, so the call comes back with the challenge to sign in.
    grow_old(&store).await?;
    let challenge = client.challenge("wiv_search_cases").await;
    let challenge = challenge.ok_or("a refused refresh does not ask to sign in again")?;
    client.close().await;
    let store = InMemoryCredentialStore::new();
    let client = sign_in(url, &challenge, registration, &person, &store, checks).await?;
    search(&client, checks).await?;
    let revision = client.revision();
    client.close().await;
    Ok(revision)
}

/// What a client without any credential is told when it connects.
async fn the_challenge(url: &str) -> Result<String, Failure> {
    let config = StreamableHttpClientTransportConfig::with_uri(url);
    let refused =
        Client::connect(reqwest::Client::new(), config, ClientLifecycleMode::Initialize).await;
    match refused {
        Ok(_) => Err("the server let somebody in without a credential".into()),
        Err(error) => error
            .auth_challenge()
            .map(str::to_owned)
            .ok_or_else(|| format!("refused without a challenge: {error}").into()),
    }
}

async fn sign_in(
    url: &str,
    challenge: &str,
    registration: Registration,
    person: &Person,
    store: &InMemoryCredentialStore,
    checks: &mut Checks,
) -> Result<Client, Failure> {
    let mut state = OAuthState::new(url, None).await?;
    if let OAuthState::Unauthorized(manager) = &mut state {
        manager.set_credential_store(store.clone());
    }
    let mut request = AuthorizationRequest::new(REDIRECT_URI)
        .with_client_name("WIV interop")
        .with_challenge(challenge);
    if registration == Registration::MetadataDocument {
        request = request.with_client_metadata_url(CLIENT_DOCUMENT);
    }
    state.start_authorization(request).await?;
    let page = state.get_authorization_url().await?;
    state.handle_callback_url(&person.browse(&page).await?).await?;

    let known_as = state.get_credentials().await?.0;
    checks.that(
        (known_as == CLIENT_DOCUMENT) == (registration == Registration::MetadataDocument),
        format!("known as {known_as:.80}"),
    )?;
    let manager = state.into_authorization_manager().ok_or("the SDK kept no authorization")?;
    let http = AuthClient::new(reqwest::Client::new(), manager);
    let config = StreamableHttpClientTransportConfig::with_uri(url);
    let opened: Result<Client, ClientInitializeError> =
        Client::connect(http, config, ClientLifecycleMode::Initialize).await;
    Ok(opened?)
}

async fn search(client: &Client, checks: &mut Checks) -> Result<(), Failure> {
    succeed(client, checks, "wiv_search_cases", json!({"limit": 5})).await.map(drop)
}

/// Makes the SDK believe that its token expired, so that it fetches the next pair itself.
async fn refresh(
    client: &Client,
    store: &InMemoryCredentialStore,
    checks: &mut Checks,
) -> Result<(), Failure> {
    let before = tokens(store).await?;
    grow_old(store).await?;
    search(client, checks).await?;
    let after = tokens(store).await?;
    for token in ["access_token", "refresh_token"] {
        let renewed = after[token].is_string() && after[token] != before[token];
        checks.that(renewed, format!("the {token} was not renewed"))?;
    }
    Ok(())
}

async fn grow_old(store: &InMemoryCredentialStore) -> Result<(), Failure> {
    let mut kept = store.load().await?.ok_or("the SDK stored no credentials")?;
    kept.token_received_at = Some(LONG_AGO);
    Ok(store.save(kept).await?)
}

async fn tokens(store: &InMemoryCredentialStore) -> Result<Value, Failure> {
    let kept = store.load().await?.ok_or("the SDK stored no credentials")?;
    Ok(serde_json::to_value(kept.token_response)?)
}

struct Person {
    email: String,
    password: String,
    organization: String,
}

impl Person {
    /// Somebody who can sign in, in one organization or in several, and one of those.
    fn in_several(place: &Value, in_several: bool) -> Result<Self, Failure> {
        for user in place["users"].as_array().into_iter().flatten() {
            if let Some([first @ .., last]) = user["organizations"].as_array().map(Vec::as_slice)
                && first.is_empty() != in_several
            {
                return Ok(Self {
                    email: text(&user["email"]).to_owned(),
                    password: text(&user["password"]).to_owned(),
                    organization: text(last).to_owned(),
                });
            }
        }
        Err("nobody is in as many organizations".into())
    }

    /// Signs in where the page leads; returns where the person comes back.
    async fn browse(&self, page: &str) -> Result<String, Failure> {
        let browser = env::var("WIV_BROWSER")?;
        let command = Command::new("python3")
            .args([&browser, page, &self.email, &self.password, &self.organization])
            .output()
            .await?;
        if !command.status.success() {
            return Err(String::from_utf8(command.stderr)?.into());
        }
        Ok(String::from_utf8(command.stdout)?.trim().to_owned())
    }
}

/// What an operator can do to the server and its identity provider.
struct Operator<'a> {
    http: reqwest::Client,
    place: &'a Value,
}

impl<'a> Operator<'a> {
    fn new(place: &'a Value) -> Self {
        Self { http: reqwest::Client::new(), place }
    }

    /// Else its sealing keys would not outlive the server.
    fn can_restart(&self) -> bool {
        self.place["restart_url"].is_string()
    }

    async fn restart(&self) -> Result<(), Failure> {
        let url = text(&self.place["restart_url"]);
        self.http.post(url).send().await?.error_for_status()?;
        Ok(())
    }

    async fn live_keys(&self) -> Result<BTreeSet<String>, Failure> {
        let answer: Value = self.http.get(self.keys_url()).send().await?.json().await?;
        let keys = answer["keys"].as_array().into_iter().flatten();
        let live = keys.filter(|key| key["is_live"] == true);
        Ok(live.map(|key| text(&key["api_key_id"]).to_owned()).collect())
    }

    async fn revoke(&self, key_ids: &BTreeSet<String>) -> Result<(), Failure> {
        for key_id in key_ids {
            let url = format!("{}/{key_id}", self.keys_url());
            self.http.delete(url).send().await?.error_for_status()?;
        }
        Ok(())
    }

    fn keys_url(&self) -> String {
        format!("{}/_control/keys", text(&self.place["identity_url"]))
    }
}
