//! An `OpenID` Connect issuer that does everything right but for the one fault that a test asks for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use accounts::{Callback, OidcSettings, ProviderSettings, Secret};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

pub(crate) const CLIENT: &str = "planrank-tests";
pub(crate) const CLIENT_SECRET: &str = "the client secret of the tests";

/// What is wrong with an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    WrongNonce,
    NoNonce,
    WrongIssuer,
    WrongAudience,
    ExtraAudience,
    Expired,
    FromTheFuture,
    AlgNone,
    Hs256WithPublicKey,
    Hs256WithClientSecret,
    UnknownKid,
    WrongSignature,
    NoIdToken,
    LongSubject,
    UserInfoOfSomebodyElse,
    HugeToken,
    SlowToken,
    RedirectedToken,
    TokenIsNoJson,
    HugeDiscovery,
    OtherIssuerInDiscovery,
    RedirectedDiscovery,
}

/// What the issuer remembers of a code.
#[derive(Debug, Clone)]
struct Grant {
    challenge: String,
    nonce: String,
}

#[derive(Debug)]
struct Inner {
    url: String,
    elsewhere: String,
    fault: Mutex<Fault>,
    now: Mutex<DateTime<Utc>>,
    claims: Mutex<Value>,
    user_info: Mutex<Value>,
    grants: Mutex<BTreeMap<String, Grant>>,
    kid: Mutex<String>,
    codes: AtomicUsize,
    token_requests: AtomicUsize,
    discoveries: AtomicUsize,
    visits_elsewhere: Arc<AtomicUsize>,
}

type Shared = Arc<Inner>;

#[derive(Debug)]
pub(crate) struct Issuer {
    inner: Shared,
    servers: Vec<JoinHandle<()>>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

impl Issuer {
    pub(crate) async fn start(now: DateTime<Utc>) -> Self {
        let (here, elsewhere) = (listener().await, listener().await);
        let visits = Arc::new(AtomicUsize::new(0));
        let inner = Arc::new(Inner {
            url: address(&here),
            elsewhere: address(&elsewhere),
            fault: Mutex::new(Fault::None),
            now: Mutex::new(now),
            claims: Mutex::new(
                json!({ "sub": "ada", "name": "Ada Lovelace", "email": "ada@example.org", "email_verified": true }),
            ),
            user_info: Mutex::new(json!({ "sub": "ada" })),
            grants: Mutex::default(),
            kid: Mutex::new("first".to_owned()),
            codes: AtomicUsize::new(0),
            token_requests: AtomicUsize::new(0),
            discoveries: AtomicUsize::new(0),
            visits_elsewhere: Arc::clone(&visits),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(Arc::clone(&inner));
        let other = Router::new().fallback(move || {
            visits.fetch_add(1, Ordering::Relaxed);
            async { "{}" }
        });
        let serve = |listener, routes: Router| {
            tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() })
        };
        let servers = vec![serve(here, routes), serve(elsewhere, other)];
        Self { inner, servers }
    }

    pub(crate) fn url(&self) -> &str {
        &self.inner.url
    }

    pub(crate) fn settings(&self) -> ProviderSettings {
        ProviderSettings::Oidc(OidcSettings {
            name: "example".to_owned(),
            label: "Example".to_owned(),
            issuer: self.inner.url.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(Secret::new(CLIENT_SECRET)),
            scopes: vec!["email".to_owned(), "profile".to_owned()],
        })
    }

    pub(crate) fn fail(&self, fault: Fault) {
        *self.inner.fault.lock().unwrap() = fault;
    }

    pub(crate) fn set_claims(&self, claims: Value) {
        *self.inner.claims.lock().unwrap() = claims;
    }

    pub(crate) fn set_user_info(&self, claims: Value) {
        *self.inner.user_info.lock().unwrap() = claims;
    }

    pub(crate) fn set_now(&self, now: DateTime<Utc>) {
        *self.inner.now.lock().unwrap() = now;
    }

    /// Publishes and signs with a new key from now on.
    pub(crate) fn rotate_key(&self, kid: &str) {
        kid.clone_into(&mut self.inner.kid.lock().unwrap());
    }

    pub(crate) fn token_requests(&self) -> usize {
        self.inner.token_requests.load(Ordering::Relaxed)
    }

    pub(crate) fn discoveries(&self) -> usize {
        self.inner.discoveries.load(Ordering::Relaxed)
    }

    pub(crate) fn visits_elsewhere(&self) -> usize {
        self.inner.visits_elsewhere.load(Ordering::Relaxed)
    }

    /// What a browser brings back when somebody logs in there.
    pub(crate) fn log_in(&self, authorize_url: &Url) -> Callback {
        let query: BTreeMap<String, String> = authorize_url.query_pairs().into_owned().collect();
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], CLIENT);
        let grant = Grant {
            challenge: query["code_challenge"].clone(),
            nonce: query["nonce"].clone(),
        };
        let number = self.inner.codes.fetch_add(1, Ordering::Relaxed);
        let code = format!("code-{number}");
        let mut grants = self.inner.grants.lock().unwrap();
        grants.insert(code.clone(), grant);
        drop(grants);
        Callback {
            code: Some(code),
            state: Some(query["state"].clone()),
            ..Callback::default()
        }
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn address(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().unwrap())
}

impl Inner {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }

    fn key(&self) -> (String, SigningKey) {
        let kid = self.kid.lock().unwrap().clone();
        let seed: [u8; 32] = Sha256::digest(kid.as_bytes()).into();
        (kid, SigningKey::from_bytes(&seed))
    }

    fn id_token(&self, nonce: &str) -> String {
        let (kid, key) = self.key();
        let public = key.verifying_key().to_bytes();
        let fault = self.fault();
        let (alg, kid) = match fault {
            Fault::AlgNone => ("none", kid),
            Fault::Hs256WithPublicKey | Fault::Hs256WithClientSecret => ("HS256", kid),
            Fault::UnknownKid => ("EdDSA", "nobody's".to_owned()),
            _ => ("EdDSA", kid),
        };
        let header = json!({ "alg": alg, "kid": kid, "typ": "JWT" });
        let body = format!("{}.{}", encode(&header), encode(&self.payload(nonce)));
        let signature = match fault {
            Fault::AlgNone => Vec::new(),
            Fault::Hs256WithPublicKey => hs256(&public, &body),
            Fault::Hs256WithClientSecret => hs256(CLIENT_SECRET.as_bytes(), &body),
            Fault::WrongSignature => key.sign(b"something else").to_vec(),
            _ => key.sign(body.as_bytes()).to_vec(),
        };
        format!("{body}.{}", base64url(&signature))
    }

    fn payload(&self, nonce: &str) -> Value {
        let now = self.now.lock().unwrap().timestamp();
        let mut claims = self.claims.lock().unwrap().clone();
        claims["iss"] = json!(self.url);
        claims["aud"] = json!(CLIENT);
        claims["nonce"] = json!(nonce);
        claims["iat"] = json!(now);
        claims["exp"] = json!(now + 300);
        match self.fault() {
            Fault::WrongNonce => claims["nonce"] = json!("another"),
            Fault::NoNonce => {
                claims.as_object_mut().unwrap().remove("nonce");
            }
            Fault::WrongIssuer => claims["iss"] = json!(self.elsewhere),
            Fault::WrongAudience => claims["aud"] = json!("another-service"),
            Fault::ExtraAudience => claims["aud"] = json!([CLIENT, "another-service"]),
            Fault::Expired => claims["exp"] = json!(now - 61),
            Fault::FromTheFuture => claims["iat"] = json!(now + 61),
            Fault::LongSubject => claims["sub"] = json!("x".repeat(256)),
            _ => {}
        }
        claims
    }
}

async fn discovery(State(issuer): State<Shared>) -> Response {
    issuer.discoveries.fetch_add(1, Ordering::Relaxed);
    let url = match issuer.fault() {
        Fault::HugeDiscovery => return " ".repeat(600_000).into_response(),
        Fault::RedirectedDiscovery => {
            return Redirect::temporary(&issuer.elsewhere).into_response();
        }
        Fault::OtherIssuerInDiscovery => &issuer.elsewhere,
        _ => &issuer.url,
    };
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // It claims to sign in ways that nobody should believe.
        "id_token_signing_alg_values_supported": ["EdDSA", "RS256", "HS256", "none"],
    }))
    .into_response()
}

async fn keys(State(issuer): State<Shared>) -> Json<Value> {
    let (kid, key) = issuer.key();
    let x = base64url(&key.verifying_key().to_bytes());
    Json(json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x },
    ] }))
}

async fn token(
    State(issuer): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    issuer.token_requests.fetch_add(1, Ordering::Relaxed);
    match issuer.fault() {
        Fault::HugeToken => return " ".repeat(600_000).into_response(),
        Fault::SlowToken => tokio::time::sleep(Duration::from_mins(1)).await,
        Fault::RedirectedToken => return Redirect::temporary(&issuer.elsewhere).into_response(),
        Fault::TokenIsNoJson => return "<html>".into_response(),
        _ => {}
    }
    if !headers.contains_key(header::AUTHORIZATION) {
        return refuse("invalid_client");
    }
    let grant = issuer.grants.lock().unwrap().remove(&form["code"]);
    let challenge = base64url(&Sha256::digest(form["code_verifier"].as_bytes()));
    let Some(grant) = grant.filter(|grant| grant.challenge == challenge) else {
        return refuse("invalid_grant");
    };
    let mut answer = json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 300 });
    if issuer.fault() != Fault::NoIdToken {
        answer["id_token"] = json!(issuer.id_token(&grant.nonce));
    }
    Json(answer).into_response()
}

async fn user_info(State(issuer): State<Shared>) -> Json<Value> {
    let mut claims = issuer.user_info.lock().unwrap().clone();
    if issuer.fault() == Fault::UserInfoOfSomebodyElse {
        claims["sub"] = json!("eve");
    }
    Json(claims)
}

fn refuse(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response()
}

fn hs256(key: &[u8], body: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn encode(value: &Value) -> String {
    base64url(value.to_string().as_bytes())
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for digit in 0..=chunk.len() {
            let at = (number >> (18 - 6 * digit)) & 63;
            text.push(char::from(DIGITS[at as usize]));
        }
    }
    text
}
