//! A small HTTP client that says what it expected when an answer is another one.

use std::sync::Once;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// Longer than the longest wait that a request may ask for.
const PATIENCE: Duration = Duration::from_secs(100);

/// Somebody who sends requests; follows no redirects.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    identity: Identity,
}

#[derive(Debug, Clone)]
enum Identity {
    Nobody,
    Key(String),
    Session(String),
}

impl Client {
    pub fn anonymous(base: &str) -> Self {
        static TLS: Once = Once::new();
        // reqwest wants a provider also where nothing is encrypted; a second one changes nothing.
        TLS.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client without certificates");
        Self {
            http,
            base: base.to_owned(),
            identity: Identity::Nobody,
        }
    }

    /// The same, showing an API key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        self.being(Identity::Key(key.to_owned()))
    }

    /// The same, showing cookies as a browser does: `name=value; name=value`.
    #[must_use]
    pub fn with_cookies(&self, cookies: &str) -> Self {
        self.being(Identity::Session(cookies.to_owned()))
    }

    /// The same person at another replica.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    fn being(&self, identity: Identity) -> Self {
        Self {
            identity,
            ..self.clone()
        }
    }

    /// Signs in by the development login; the client then shows the session's cookie.
    pub async fn signed_in(&self, name: &str, role: &str) -> Self {
        let form = format!("name={name}&role={role}&return_to=%2Faccount");
        let reply = self
            .post("/login/dev", "application/x-www-form-urlencoded", form)
            .await;
        assert_eq!(reply.status, 303, "{reply:?}");
        let cookies: Vec<&str> = reply.cookies().collect();
        assert!(!cookies.is_empty(), "no session: {reply:?}");
        self.with_cookies(&cookies.join("; "))
    }

    /// A request with the identity of this client, to be completed and given to [`Client::send`].
    /// A browser says that a form comes from the site itself, and so do sessions here.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.identity {
            Identity::Nobody => request,
            Identity::Key(key) => request.header(AUTHORIZATION, format!("Bearer {key}")),
            Identity::Session(cookies) => request
                .header(COOKIE, cookies)
                .header("sec-fetch-site", "same-origin"),
        }
    }

    /// # Panics
    /// When no answer comes.
    pub async fn send(&self, request: RequestBuilder) -> Reply {
        match Reply::to(request).await {
            Ok(reply) => reply,
            Err(error) => panic!("no answer: {error:?}"),
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn post(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        let request = self.request(Method::POST, path);
        self.send(request.header(CONTENT_TYPE, content_type).body(body))
            .await
    }

    pub async fn post_json(&self, path: &str, body: &Value) -> Reply {
        self.post(path, "application/json", body.to_string()).await
    }

    /// The status alone; `None` when no answer comes.
    pub async fn status_of(&self, path: &str) -> Option<u16> {
        let reply = Reply::to(self.request(Method::GET, path)).await;
        reply.ok().map(|reply| reply.status)
    }
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    async fn to(request: RequestBuilder) -> reqwest::Result<Self> {
        let response = request.send().await?;
        Ok(Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await?.to_vec(),
        })
    }

    /// Fails with the whole answer unless it has this status.
    #[track_caller]
    pub fn with(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    pub fn text(&self) -> String {
        super::text(&self.body)
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{error}: {}", self.text()),
        }
    }

    /// A header's value; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |v| v.to_str().unwrap_or_default())
    }

    /// `name=value` of each cookie that is set.
    pub fn cookies(&self) -> impl Iterator<Item = &str> {
        let all = self.headers.get_all(SET_COOKIE).into_iter();
        all.filter_map(|v| v.to_str().ok()?.split(';').next())
    }

    /// Fails unless this is a problem document (RFC 9457) of that status and code that says what to
    /// do; returns the document.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let document = self.any_problem();
        let got = (self.status, document["code"].as_str().unwrap_or_default());
        assert_eq!(got, (status, code), "{document}");
        document
    }

    /// Fails unless this is a whole problem document of any status.
    #[track_caller]
    pub fn any_problem(&self) -> Value {
        assert!(self.status >= 400, "{} is no error", self.status);
        let kind = self.header("content-type");
        assert_eq!(kind, "application/problem+json", "{}", self.text());
        let document = self.json();
        assert_eq!(document["status"], self.status);
        for member in ["type", "title", "code", "detail"] {
            let filled = document[member].as_str().is_some_and(|s| !s.is_empty());
            assert!(filled, "no {member} in {document}");
        }
        let again = document["retry_after_secs"].as_u64();
        let header = self.header("retry-after").parse().ok();
        assert_eq!(again, header, "Retry-After and {document}");
        document
    }
}
