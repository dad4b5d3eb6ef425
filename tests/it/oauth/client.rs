//! An OAuth client, as plain as it can be.

use std::collections::BTreeMap;

use reqwest::{Response, header};
use serde_json::{Value, json};

use super::browser::{Browser, CHALLENGE, End, Form, REDIRECT, VERIFIER, attribute};
use crate::harness::*;

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

    /// A client with an id of its own making.
    pub(crate) fn with_id(server: &Server, id: &str) -> Self {
        let origin = server.app.origin().as_str().to_owned();
        Self { http: client(), origin, id: id.to_owned() }
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
        self.walk_from(&self.authorize_url(&[]), browser, who, organization).await
    }

    /// The walk from an address of the client's making.
    pub(crate) async fn walk_from(
        &self,
        url: &str,
        browser: &mut Browser,
        who: (&str, &str),
        organization: Option<&str>,
    ) -> End {
        let End::Page(status, url, page) = browser.open(url).await else {
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

    /// The same for a request with some parameters changed.
    pub(crate) async fn authorize_with(
        &self,
        browser: &mut Browser,
        who: (&str, &str),
        changes: &[(&str, Option<&str>)],
    ) -> BTreeMap<String, String> {
        match self.walk_from(&self.authorize_url(changes), browser, who, None).await {
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
