//! Writes access tokens and id tokens, and twists them when a test orders it.
//!
//! Reading and checking them is the product's business.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::CLIENT_ID;
use super::directory::Person;
use super::grants::Login;
use super::signing::Ring;

/// PropelAuth's, seen in a token of 2024.
pub(crate) const ACCESS_TOKEN_SECONDS: i64 = 1_800;

/// What is wrong with one access token; what is absent is right.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trick {
    alg: Option<Algorithm>,
    kid: Option<String>,
    aud: Option<Value>,
    iss: Option<Value>,
    sub: Option<Value>,
    /// Seconds from now; less than 0 is expired.
    exp_s: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Algorithm {
    RS256,
    /// Signed with the public key's PEM as a shared secret.
    HS256,
    /// Not signed at all.
    #[serde(rename = "none")]
    Unsigned,
    /// Claims to be this, and is signed as RS256.
    RS512,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Algorithm::RS256 => "RS256",
            Algorithm::HS256 => "HS256",
            Algorithm::Unsigned => "none",
            Algorithm::RS512 => "RS512",
        }
    }
}

/// What every token of one login says.
pub(crate) struct Writer<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) ring: &'a Ring,
    pub(crate) now: i64,
}

impl Writer<'_> {
    pub(crate) fn access_token(
        &self,
        person: &Person,
        login: &Login,
        trick: Option<&Trick>,
    ) -> String {
        let mut claims = self.access_claims(person, login);
        let mut algorithm = Algorithm::RS256;
        let mut kid = self.ring.current.kid.as_str();
        if let Some(trick) = trick {
            let exp = trick.exp_s.map(|seconds| json!(self.now.saturating_add(seconds)));
            let named =
                [("aud", &trick.aud), ("iss", &trick.iss), ("sub", &trick.sub), ("exp", &exp)];
            for (name, value) in named {
                if let Some(value) = value {
                    claims.insert(name.to_owned(), value.clone());
                }
            }
            algorithm = trick.alg.unwrap_or(algorithm);
            kid = trick.kid.as_deref().unwrap_or(kid);
        }
        self.sign(algorithm, kid, Value::Object(claims))
    }

    pub(crate) fn id_token(&self, person: &Person) -> String {
        let claims = json!({
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": self.now,
            "exp": self.now + ACCESS_TOKEN_SECONDS,
            "email": person.email,
            "email_verified": true,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "picture_url": null,
        });
        self.sign(Algorithm::RS256, &self.ring.current.kid, claims)
    }

    fn access_claims(&self, person: &Person, login: &Login) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut claim = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        claim("sub", json!(person.user_id));
        claim("aud", json!(CLIENT_ID));
        claim("iat", json!(self.now));
        claim("exp", json!(self.now + ACCESS_TOKEN_SECONDS));
        claim("user_id", json!(person.user_id));
        claim("iss", json!(self.issuer));
        claim("email", json!(person.email));
        claim("first_name", json!(person.first_name));
        claim("last_name", json!(person.last_name));
        claim("login_method", json!({"login_method": "password"}));
        match login.org_id {
            None => claim("org_id_to_org_member_info", person.memberships_to_json()),
            Some(org_id) => {
                let membership = person.membership(org_id);
                let member = membership.map(|membership| person.membership_to_json(membership));
                claim("org_member_info", json!(member))
            }
        };
        if let Some(impersonator) = login.impersonator {
            claim("impersonator_user_id", json!(impersonator));
        }
        claims
    }

    /// RFC 7515, 7.1.
    fn sign(&self, algorithm: Algorithm, kid: &str, claims: Value) -> String {
        let header = json!({"typ": "JWT", "alg": algorithm.name(), "kid": kid});
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = match algorithm {
            Algorithm::Unsigned => Vec::new(),
            Algorithm::RS256 | Algorithm::RS512 => self.ring.current.sign(message.as_bytes()),
            Algorithm::HS256 => {
                let pem = self.ring.current.to_pem();
                let key = hmac::Key::new(hmac::HMAC_SHA256, pem.as_bytes());
                hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
