//! `OpenID` Connect: the authorization code flow with PKCE, a state and a nonce.
//!
//! The id token is believed when an asymmetric signature of a key that the issuer publishes holds,
//! and issuer, audience, nonce and times fit. What the issuer says about itself is asked once an
//! hour, and again when a token names a key that wasn't there, at most once a minute.

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm as Algorithm, CoreProviderMetadata, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse,
};
use tokio::sync::Mutex;
use url::Url;

use super::attempt::{self, Attempt};
use super::config::check_base;
use super::http::{Http, HttpError};
use super::{LoginError, OidcSettings, Vouched, plain};

/// How far the issuer's clock may be from ours.
const LEEWAY: TimeDelta = TimeDelta::minutes(1);
const METADATA_LIVES: TimeDelta = TimeDelta::hours(1);
const ASK_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);
/// Longer ones would not fit into an index row of the database.
const MAX_SUBJECT_BYTES: usize = 255;

/// Never `none`, and nothing symmetric: with a shared secret whoever verifies could also sign.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

#[derive(Debug)]
pub(super) struct Oidc {
    settings: OidcSettings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    http: Http,
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    metadata: CoreProviderMetadata,
    at: DateTime<Utc>,
}

impl Oidc {
    pub(super) fn new(settings: OidcSettings, redirect: Url) -> Result<Self, LoginError> {
        let wrong = |_| LoginError::Settings(format!("{}: the issuer is no URL", settings.name));
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(wrong)?;
        check_base(issuer.url())?;
        Ok(Self {
            http: Http::new(issuer.url())?,
            redirect: RedirectUrl::from_url(redirect),
            known: Mutex::new(None),
            issuer,
            settings,
        })
    }

    pub(super) async fn authorize_url(
        &self,
        attempt: &Attempt,
        now: DateTime<Utc>,
    ) -> Result<Url, LoginError> {
        let client = self.client(self.known(now, METADATA_LIVES).await?);
        let binding = attempt.binding.expose();
        let (state, nonce) = (attempt.state.expose().to_owned(), attempt::nonce(binding));
        let verifier = PkceCodeVerifier::new(attempt::pkce_verifier(binding));
        let scopes = self.settings.scopes.iter();
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.clone()),
                move || Nonce::new(nonce.clone()),
            )
            .add_scopes(scopes.map(|scope| Scope::new(scope.clone())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    /// Redeems the code and says who came.
    pub(super) async fn vouch(
        &self,
        code: &str,
        says_issuer: Option<&str>,
        binding: &str,
        now: DateTime<Utc>,
    ) -> Result<Vouched, LoginError> {
        if says_issuer.is_some_and(|issuer| issuer != self.settings.issuer) {
            return Err(self.untrusted("another issuer answered"));
        }
        let known = self.known(now, METADATA_LIVES).await?;
        let client = self.client(known);
        let tokens = self.redeem(&client, code, binding).await?;
        let nonce = Nonce::new(attempt::nonce(binding));
        let claims = match claims(&client, &tokens, &nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let renewed = self.client(self.known(now, ASK_AGAIN_AFTER).await?);
                claims(&renewed, &tokens, &nonce, now)
            }
            verified => verified,
        };
        let claims = claims.map_err(|error| self.untrusted(reason(&error)))?;
        let more = self.user_info(&client, &tokens, &claims).await;
        self.vouched(&claims, more.as_ref())
    }

    async fn redeem(
        &self,
        client: &Client,
        code: &str,
        binding: &str,
    ) -> Result<CoreTokenResponse, LoginError> {
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| self.unreachable("it names no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt::pkce_verifier(binding)));
        let answer = request.request_async(&self.http).await;
        answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(refusal) => LoginError::Denied {
                provider: self.settings.label.clone(),
                code: plain(refusal.error().as_ref()),
            },
            RequestTokenError::Request(error) => self.unreachable(&error.to_string()),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                self.unreachable("its answer is no token")
            }
        })
    }

    /// Some issuers keep names and addresses out of the id token. Who came is known without them,
    /// so a failure here fails no login.
    async fn user_info(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Option<CoreUserInfoClaims> {
        if claims.email().is_some() && claims.name().is_some() {
            return None;
        }
        let subject = claims.subject().clone();
        let request = client
            .user_info(tokens.access_token().clone(), Some(subject))
            .ok()?;
        let answer = request.request_async(&self.http).await;
        if answer.is_err() {
            tracing::warn!(provider = %self.settings.name, "the provider's user info was not usable");
        }
        answer.ok()
    }

    fn vouched(
        &self,
        claims: &CoreIdTokenClaims,
        more: Option<&CoreUserInfoClaims>,
    ) -> Result<Vouched, LoginError> {
        let subject = claims.subject().as_str();
        if subject.is_empty() || subject.len() > MAX_SUBJECT_BYTES {
            return Err(self.untrusted("its subject is empty or too long"));
        }
        let name = claims
            .name()
            .or_else(|| more.and_then(CoreUserInfoClaims::name))
            .and_then(|name| name.get(None))
            .map(|name| name.as_str());
        let handle = claims
            .preferred_username()
            .or_else(|| more.and_then(CoreUserInfoClaims::preferred_username))
            .map(|handle| handle.as_str());
        // An address and whether it was verified must come from the same place.
        let (email, verified) = match (claims.email(), more) {
            (None, Some(more)) => (more.email(), more.email_verified()),
            (email, _) => (email, claims.email_verified()),
        };
        let email = email.filter(|_| verified == Some(true));
        Ok(Vouched {
            issuer: self.settings.issuer.clone(),
            subject: subject.to_owned(),
            name: name.or(handle).map(str::to_owned),
            verified_email: email
                .map(|email| email.as_str())
                .filter(|email| super::is_email(email))
                .map(str::to_owned),
        })
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        let posts_secret = metadata
            .token_endpoint_auth_methods_supported()
            .is_some_and(|methods| {
                methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                    && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
            });
        let secret = self.settings.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose().to_owned()));
        let id = ClientId::new(self.settings.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata, id, secret)
            .set_redirect_uri(self.redirect.clone());
        if posts_secret {
            return client.set_auth_type(AuthType::RequestBody);
        }
        client
    }

    /// What the issuer says about itself, asked again when it is older than `lives`. When it
    /// can't be asked, what it said before counts.
    async fn known(
        &self,
        now: DateTime<Utc>,
        lives: TimeDelta,
    ) -> Result<CoreProviderMetadata, LoginError> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| now - known.at < lives) {
            return Ok(known.metadata.clone());
        }
        match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await {
            Ok(metadata) => {
                *known = Some(Known {
                    metadata: metadata.clone(),
                    at: now,
                });
                Ok(metadata)
            }
            Err(error) => {
                let error = self.undiscovered(&error);
                tracing::warn!(provider = %self.settings.name, %error, "discovery failed");
                known.as_ref().map(|old| old.metadata.clone()).ok_or(error)
            }
        }
    }

    fn undiscovered(&self, error: &DiscoveryError<HttpError>) -> LoginError {
        match error {
            DiscoveryError::Request(error) => self.unreachable(&error.to_string()),
            DiscoveryError::Response(status, ..) => {
                self.unreachable(&format!("discovery answered {status}"))
            }
            DiscoveryError::Validation(_) => self.untrusted("it names another issuer"),
            _ => self.unreachable("its discovery document cannot be read"),
        }
    }

    fn unreachable(&self, why: &str) -> LoginError {
        LoginError::Unreachable {
            provider: self.settings.label.clone(),
            why: why.to_owned(),
        }
    }

    fn untrusted(&self, why: &'static str) -> LoginError {
        LoginError::Untrusted {
            provider: self.settings.label.clone(),
            why,
        }
    }
}

fn claims(
    client: &Client,
    tokens: &CoreTokenResponse,
    nonce: &Nonce,
    now: DateTime<Utc>,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    let missing = || ClaimsVerificationError::Other("no id token".to_owned());
    let token = tokens.id_token().ok_or_else(missing)?;
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now - LEEWAY)
        .set_issue_time_verifier_fn(move |issued| {
            if issued <= now + LEEWAY {
                return Ok(());
            }
            Err("issued in the future".to_owned())
        });
    token.claims(&verifier, nonce).cloned()
}

/// The library's own words quote the token.
fn reason(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "it is too old or from the future",
        ClaimsVerificationError::InvalidAudience(_) => "it was made for another service",
        ClaimsVerificationError::InvalidIssuer(_) => "it comes from another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "it answers another login",
        ClaimsVerificationError::InvalidSubject(_) => "it is about somebody else",
        ClaimsVerificationError::SignatureVerification(error) => match error {
            SignatureVerificationError::NoMatchingKey => "it is signed with an unknown key",
            SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::UnsupportedAlg(_) => {
                "it is signed in a way that is not allowed"
            }
            SignatureVerificationError::NoSignature => "it is not signed",
            _ => "its signature is wrong",
        },
        _ => "its id token is missing or malformed",
    }
}
