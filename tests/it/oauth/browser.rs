//! A scripted browser and an OAuth client, as plain as they can be.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Response, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use wiv_mcp::seal::Sealer;

use crate::harness::*;

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:4711/callback";

/// Keeps cookies by port and follows redirects until they leave for the client.
pub(crate) struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<(u16, String), String>,
    /// A checkbox to untick.
    pub(crate) untick: Option<&'static str>,
    pub(crate) decision: &'static str,
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
        Self { http, cookies: BTreeMap::new(), untick: None, decision: "allow" }
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
        response
    }

    async fn follow(&mut self, mut url: String, mut response: Response) -> End {
        while response.status().is_redirection() {
            let location = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
            if location.starts_with(REDIRECT) {
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

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#38;", "&"))
}

/// A registered client.
pub(crate) struct Client {
    http: reqwest::Client,
    pub(crate) origin: String,
    pub(crate) id: String,
}

impl Client {
    pub(crate) async fn register(server: &Server) -> Self {
        Self::register_at(server.app.origin().as_str()).await
    }

    pub(crate) async fn register_at(origin: &str) -> Self {
        Self::register_as(origin, "Test client").await
    }

    pub(crate) async fn register_named(server: &Server, name: &str) -> Self {
        Self::register_as(server.app.origin().as_str(), name).await
    }

    async fn register_as(origin: &str, name: &str) -> Self {
        let uris = [REDIRECT, "cursor://anysphere.cursor-mcp/oauth/callback"];
        let registration = json!({ "client_name": name, "redirect_uris": uris });
        let http = client();
        let post = http.post(format!("{origin}/oauth/register")).body(registration.to_string());
        let response = post.header("content-type", "application/json").send().await.unwrap();
        assert_eq!(response.status(), 201);
        let id = parse(response).await["client_id"].as_str().unwrap().to_owned();
        Self { http, origin: origin.to_owned(), id }
    }

    /// A client that another one's id makes at another instance.
    pub(crate) fn at(&self, origin: &str) -> Self {
        Self { http: self.http.clone(), origin: origin.to_owned(), id: self.id.clone() }
    }

    pub(crate) fn authorize_url(&self, changes: &[(&str, Option<&str>)]) -> String {
        let resource = format!("{}/mcp", self.origin);
        let mut parameters = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", REDIRECT),
            ("state", "the-state"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("scope", "wiv:read wiv:write"),
            ("resource", resource.as_str()),
        ]);
        for (name, value) in changes {
            match value {
                Some(value) => parameters.insert(name, value),
                None => parameters.remove(name),
            };
        }
        let query: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("{}/oauth/authorize?{query}", self.origin)
    }

    /// Consent and sign-in; where the walk ended.
    pub(crate) async fn walk(
        &self,
        browser: &mut Browser,
        who: (&str, &str),
        organization: Option<&str>,
    ) -> End {
        let End::Page(status, url, page) = browser.open(&self.authorize_url(&[])).await else {
            panic!("no consent was asked for")
        };
        assert_eq!(status, 200, "{page}");
        let mut form = Form::read(&url, &page);
        form.fields.push(("decision".into(), browser.decision.into()));
        if browser.untick != Some("write") {
            form.fields.push(("write".into(), "yes".into()));
        }
        let mut end = browser.submit(&form.action, &form.fields).await;
        if let End::Page(_, url, page) = &end
            && page.contains("name=\"password\"")
        {
            let mut form = Form::read(url, page);
            form.fields.push(("email".into(), who.0.into()));
            form.fields.push(("password".into(), who.1.into()));
            end = browser.submit(&form.action, &form.fields).await;
        }
        if let (End::Page(_, url, page), Some(name)) = (&end, organization) {
            let mut form = Form::read(url, page);
            let radio = page.split("<label>").find(|label| label.contains(&format!(">{name}<")));
            let id = attribute(radio.unwrap_or_else(|| panic!("{page}")), "value").unwrap();
            form.fields.push(("organization".into(), id));
            end = browser.submit(&form.action, &form.fields).await;
        }
        end
    }

    /// The parameters that came back to the client.
    pub(crate) async fn authorize(
        &self,
        browser: &mut Browser,
        who: (&str, &str),
        organization: Option<&str>,
    ) -> BTreeMap<String, String> {
        match self.walk(browser, who, organization).await {
            End::Client(parameters) => parameters,
            End::Page(status, url, page) => panic!("{status} {url}: {page}"),
        }
    }

    /// The page on which a walk ended.
    pub(crate) async fn stopped(&self, browser: &mut Browser, who: (&str, &str)) -> String {
        match self.walk(browser, who, None).await {
            End::Client(parameters) => panic!("went through: {parameters:?}"),
            End::Page(status, _, page) => format!("{} {page}", status.as_u16()),
        }
    }

    /// Signs in; the token endpoint's answer.
    pub(crate) async fn sign_in(
        &self,
        browser: &mut Browser,
        who: (&str, &str),
        organization: Option<&str>,
    ) -> Value {
        let back = self.authorize(browser, who, organization).await;
        assert_eq!((back["state"].as_str(), &back["iss"]), ("the-state", &self.origin));
        let response = self.redeem(&back["code"], &[]).await;
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
        assert_eq!(response.headers()["cache-control"], "no-store");
        parse(response).await
    }

    pub(crate) async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Response {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("client_id", self.id.as_str()),
            ("code_verifier", VERIFIER),
        ];
        self.token(&fields, changes).await
    }

    pub(crate) async fn refresh(&self, token: &str, changes: &[(&str, &str)]) -> Response {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", self.id.as_str()),
        ];
        self.token(&fields, changes).await
    }

    async fn token(&self, fields: &[(&str, &str)], changes: &[(&str, &str)]) -> Response {
        let mut form: BTreeMap<&str, &str> = fields.iter().copied().collect();
        form.extend(changes.iter().copied());
        form.retain(|_, value| *value != "-");
        self.post_form("/oauth/token", &form.into_iter().collect::<Vec<_>>()).await
    }

    pub(crate) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let post = self.http.post(format!("{}{path}", self.origin));
        let post = post.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        post.body(body).send().await.unwrap()
    }

    pub(crate) async fn post(&self, access: &str, method: &str, params: Value) -> Response {
        let post = self.http.post(format!("{}/mcp", self.origin)).bearer_auth(access);
        let post = post.header(header::CONTENT_TYPE, "application/json");
        post.body(request(1, method, params).to_string()).send().await.unwrap()
    }

    pub(crate) async fn call(&self, access: &str, method: &str, params: Value) -> Value {
        let response = self.post(access, method, params).await;
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
        parse(response).await
    }

    /// A tool call that must succeed.
    pub(crate) async fn tool(&self, access: &str, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        let mut answer = self.call(access, "tools/call", params).await;
        assert_eq!(answer["result"]["isError"], false, "{answer}");
        answer["result"].take()
    }
}

/// A sealed text with other contents.
pub(crate) fn resealed(sealed: &str, sealer: &Sealer, change: impl Fn(&mut Value)) -> String {
    let mut content = serde_json::from_slice(&sealer.open(sealed).unwrap()).unwrap();
    change(&mut content);
    sealer.seal(content.to_string().as_bytes())
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
