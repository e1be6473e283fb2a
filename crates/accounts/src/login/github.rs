//! GitHub's OAuth 2, which is no `OpenID` Connect: who came is asked from its API.
//!
//! The issuer of such an identity is the address of the web site, the subject is the user's number
//! (a login name can be changed and taken by somebody else).

use openidconnect::http::{Method, Request, header};
use openidconnect::{HttpRequest, PkceCodeChallenge, PkceCodeVerifier};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;
use url::form_urlencoded::Serializer;

use super::attempt::{self, Attempt};
use super::config::check_base;
use super::http::Http;
use super::{GitHubSettings, LoginError, Vouched, plain};
use crate::Secret;

const SCOPES: &str = "read:user user:email";

#[derive(Debug)]
pub(super) struct GitHub {
    settings: GitHubSettings,
    redirect: Url,
    http: Http,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Mailbox {
    #[serde(rename = "email")]
    address: String,
    primary: bool,
    verified: bool,
}

impl GitHub {
    pub(super) fn new(settings: GitHubSettings, redirect: Url) -> Result<Self, LoginError> {
        check_base(&settings.web_url)?;
        check_base(&settings.api_url)?;
        Ok(Self {
            http: Http::new(&settings.api_url)?,
            settings,
            redirect,
        })
    }

    pub(super) fn authorize_url(&self, attempt: &Attempt) -> Result<Url, LoginError> {
        let verifier = PkceCodeVerifier::new(attempt::pkce_verifier(attempt.binding.expose()));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let mut url = self.under(&self.settings.web_url, "login/oauth/authorize")?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", self.redirect.as_str())
            .append_pair("scope", SCOPES)
            .append_pair("state", attempt.state.expose())
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Redeems the code and asks who came.
    pub(super) async fn vouch(&self, code: &str, binding: &str) -> Result<Vouched, LoginError> {
        let token = self.redeem(code, binding).await?;
        let user: User = self.get("user", &token).await?;
        let emails: Vec<Mailbox> = self.get("user/emails", &token).await.unwrap_or_default();
        let primary = emails
            .into_iter()
            .find(|email| email.primary && email.verified && super::is_email(&email.address));
        let issuer = self.settings.web_url.as_str().trim_end_matches('/');
        Ok(Vouched {
            issuer: issuer.to_owned(),
            subject: user.id.to_string(),
            name: user.name.or(Some(user.login)),
            verified_email: primary.map(|email| email.address),
        })
    }

    async fn redeem(&self, code: &str, binding: &str) -> Result<Secret, LoginError> {
        let form = Serializer::new(String::new())
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("client_secret", self.settings.client_secret.expose())
            .append_pair("code", code)
            .append_pair("redirect_uri", self.redirect.as_str())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code_verifier", &attempt::pkce_verifier(binding))
            .finish();
        let url = self.under(&self.settings.web_url, "login/oauth/access_token")?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(url.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form.into_bytes());
        let answer: TokenAnswer = self.ask(request).await?;
        // A refused code is an error in an answer of status 200.
        let refused = answer.error.unwrap_or_else(|| "no token".to_owned());
        let denied = || LoginError::Denied {
            provider: self.settings.label.clone(),
            code: plain(&refused),
        };
        answer.access_token.map(Secret::new).ok_or_else(denied)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, token: &Secret) -> Result<T, LoginError> {
        let url = self.under(&self.settings.api_url, path)?;
        let request = Request::builder()
            .uri(url.as_str())
            .header(header::ACCEPT, "application/vnd.github+json")
            .header(header::AUTHORIZATION, format!("Bearer {}", token.expose()))
            .body(Vec::new());
        self.ask(request).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        request: Result<HttpRequest, openidconnect::http::Error>,
    ) -> Result<T, LoginError> {
        let request = request.map_err(|_| self.unreachable("a request could not be made"))?;
        let answer = self.http.send(request).await;
        let answer = answer.map_err(|error| self.unreachable(&error.to_string()))?;
        if !answer.status().is_success() {
            return Err(self.unreachable(&format!("it answered {}", answer.status())));
        }
        let read = serde_json::from_slice(answer.body());
        read.map_err(|_| self.unreachable("its answer cannot be read"))
    }

    /// Below a base that may have a path of its own, such as `https://HOST/api/v3`.
    fn under(&self, base: &Url, path: &str) -> Result<Url, LoginError> {
        let joined = format!("{}/{path}", base.as_str().trim_end_matches('/'));
        Url::parse(&joined).map_err(|_| self.unreachable("its address is no URL"))
    }

    fn unreachable(&self, why: &str) -> LoginError {
        LoginError::Unreachable {
            provider: self.settings.label.clone(),
            why: why.to_owned(),
        }
    }
}
