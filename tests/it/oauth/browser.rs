//! A scripted browser, as plain as it can be.

use std::{collections::BTreeMap, sync::OnceLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Response, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};
use wiv_mcp::seal::Sealer;

pub(crate) use super::client::Client;
use crate::harness::*;

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Where the client listens.
const CLIENT: &str = "http://127.0.0.1:4711";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:4711/callback";

/// Keeps cookies by port and follows redirects until they leave for the client.
pub(crate) struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<(u16, String), String>,
    /// A checkbox to untick.
    pub(crate) untick: Option<&'static str>,
    pub(crate) decision: &'static str,
    last_headers: header::HeaderMap,
}

/// Where a walk ended.
pub(crate) enum End {
    /// The client's redirect URI, with its parameters.
    Client(BTreeMap<String, String>),
    /// A page, with its address.
    Page(StatusCode, String, String),
}

impl Browser {
    pub(crate) fn new() -> Self {
        let http = client_builder().redirect(Policy::none()).build().unwrap();
        let last_headers = header::HeaderMap::new();
        Self { http, cookies: BTreeMap::new(), untick: None, decision: "allow", last_headers }
    }

    /// Opens an address and follows redirects.
    pub(crate) async fn open(&mut self, url: &str) -> End {
        let url = url.to_owned();
        let response = self.send(self.http.get(&url), &url).await;
        self.follow(url, response).await
    }

    /// Sends a page's form.
    pub(crate) async fn submit(&mut self, url: &str, fields: &[(String, String)]) -> End {
        let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
        self.submit_as(url, fields, ("origin", &origin)).await
    }

    /// Sends a form with what a browser says of the page that it is on.
    pub(crate) async fn submit_as(
        &mut self,
        url: &str,
        fields: &[(String, String)],
        (name, value): (&str, &str),
    ) -> End {
        let body: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let post = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value)
            .body(body);
        let response = self.send(post, url).await;
        self.follow(url.to_owned(), response).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder, url: &str) -> Response {
        let port = port(url);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|((of, _), _)| *of == port)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let response = request.header(header::COOKIE, cookies.join("; ")).send().await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(&(port, name.to_owned()));
            } else {
                self.cookies.insert((port, name.to_owned()), value.to_owned());
            }
        }
        self.last_headers = response.headers().clone();
        response
    }

    async fn follow(&mut self, mut url: String, mut response: Response) -> End {
        while response.status().is_redirection() {
            let location = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
            if location.starts_with(CLIENT) {
                let query = location.split_once('?').unwrap().1;
                let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
                return End::Client(pairs.collect());
            }
            url = if location.starts_with('/') {
                format!("{}{location}", url.split('/').take(3).collect::<Vec<_>>().join("/"))
            } else {
                location
            };
            response = self.send(self.http.get(&url), &url).await;
        }
        let status = response.status();
        End::Page(status, url, response.text().await.unwrap())
    }

    /// Signs in from a form of the connect page with these fields; where the walk ended.
    pub(crate) async fn sign_in_at_connect(
        &mut self,
        origin: &str,
        (email, password): (&str, &str),
        fields: &[(String, String)],
    ) -> (StatusCode, String) {
        let end = self.submit(&format!("{origin}/connect/sign-in"), fields).await;
        let End::Page(_, url, page) = end else { panic!("left for a client") };
        let mut form = Form::read(&url, &page);
        form.fields.push(("email".into(), email.into()));
        form.fields.push(("password".into(), password.into()));
        let end = self.submit(&form.action, &form.fields).await;
        let End::Page(status, _, page) = end else { panic!("left for a client") };
        (status, page)
    }

    /// Changes what the server sealed into a cookie.
    pub(crate) fn reseal(&mut self, cookie: &str, sealer: &Sealer, change: impl Fn(&mut Value)) {
        let mut cookies = self.cookies.iter_mut();
        let found = cookies.find(|((_, name), _)| name == cookie);
        let (_, value) = found.unwrap_or_else(|| panic!("no cookie {cookie}"));
        *value = resealed(value, sealer, change);
    }

    /// What came with the last answer.
    pub(crate) fn last_headers(&self) -> &header::HeaderMap {
        &self.last_headers
    }

    /// Every cookie value it holds.
    pub(crate) fn cookie_values(&self) -> Vec<String> {
        self.cookies.values().filter(|value| !value.is_empty()).cloned().collect()
    }

    /// Becomes a second window of another browser.
    pub(crate) fn take_cookies(&mut self, other: &Self) {
        self.cookies.clone_from(&other.cookies);
    }

    /// What another browser would lack.
    pub(crate) fn forget_cookies(&mut self) {
        self.cookies.clear();
    }
}

fn port(url: &str) -> u16 {
    url.split('/').nth(2).unwrap().rsplit(':').next().unwrap().parse().unwrap()
}

/// A page's form: where it goes and its hidden fields.
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// Reads the page's first form; forms without an action go to their own address.
    pub(crate) fn read(url: &str, page: &str) -> Self {
        let form = page.split("<form").nth(1).unwrap_or_else(|| panic!("no form: {page}"));
        let tag = form.split('>').next().unwrap();
        let origin: String = url.split('/').take(3).collect::<Vec<_>>().join("/");
        let action = match attribute(tag, "action") {
            Some(path) if path.starts_with('/') => format!("{origin}{path}"),
            Some(action) if !action.is_empty() => action,
            _ => url.to_owned(),
        };
        let fields = form
            .split("<input")
            .skip(1)
            .map(|input| input.split('>').next().unwrap())
            .filter(|input| input.contains("type=\"hidden\""))
            .map(|input| {
                (attribute(input, "name").unwrap(), attribute(input, "value").unwrap_or_default())
            })
            .collect();
        Self { action, fields }
    }
}

pub(super) fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#38;", "&"))
}

/// What a ticket holds: its end as `exp`, and its payload as `is`.
pub(crate) fn unsealed(sealed: &str, sealer: &Sealer) -> Value {
    let opened = String::from_utf8(sealer.open(sealed).unwrap()).unwrap();
    let (end, payload) = opened.split_once('.').unwrap();
    let payload: Value = serde_json::from_str(payload).unwrap();
    json!({ "exp": end.parse::<u64>().ok(), "is": payload })
}

/// A ticket with other contents.
pub(crate) fn resealed(sealed: &str, sealer: &Sealer, change: impl Fn(&mut Value)) -> String {
    let mut content = unsealed(sealed, sealer);
    change(&mut content);
    let end = content["exp"].as_u64().map_or(String::new(), |end| end.to_string());
    sealer.seal(format!("{end}.{}", content["is"]).as_bytes())
}

/// Flips one character of a token's payload.
pub(crate) fn flipped(token: &str) -> String {
    let (header, rest) = token.split_at(token.rfind("local.").unwrap() + 6);
    let mut bytes = URL_SAFE_NO_PAD.decode(rest.split('.').next().unwrap()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let footer = rest.split_once('.').map(|(_, footer)| format!(".{footer}")).unwrap_or_default();
    format!("{header}{}{footer}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The path in a stream's first event.
pub(crate) async fn first_endpoint(mut response: Response) -> String {
    let mut text = String::new();
    while !text.contains("\n\n") {
        text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
    }
    // The stream must stay open for its session to live.
    tokio::spawn(async move { while let Ok(Some(_)) = response.chunk().await {} });
    text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().to_owned()
}

/// A sign-in that is begun and waits at PropelAuth: its browser's cookie, and the state.
pub(crate) async fn begun(server: &Server) -> (String, String) {
    static HTTP: OnceLock<reqwest::Client> = OnceLock::new();
    let http = HTTP.get_or_init(|| client_builder().redirect(Policy::none()).build().unwrap());
    let start = http.post(server.url("/connect/sign-in"));
    let start = start.header("content-type", "application/x-www-form-urlencoded");
    let start = start.send().await.unwrap();
    let cookie = start.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let to = start.headers()["location"].to_str().unwrap();
    let state = to.split("state=").nth(1).unwrap().split('&').next().unwrap();
    (cookie.to_owned(), state.to_owned())
}
