//! What an operator decides about the HTTP service.

use std::time::Duration;

use store::AccountId;
use url::Url;

/// Settings of the HTTP layer.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where people reach the service: decides links, redirects and whether cookies are `Secure`.
    pub public_url: Url,
    /// Whoever shows this may read `/metrics` on the main port; without one nobody may there.
    pub metrics_token: Option<MetricsToken>,
    /// Anybody on this machine may sign in as anybody. Only ever on loopback.
    pub dev_login: bool,
    /// A proxy stands before the service, so the client's address is the last one of
    /// `X-Forwarded-For`; without a proxy anybody could write anything there.
    pub trust_proxy: bool,
    /// Signs whoever knows it in, for the demo on one's own machine.
    pub sign_in_link: Option<SignInLink>,
    /// The largest body of a submission, in bytes.
    pub max_upload: usize,
    /// A body has to arrive within this time.
    pub body_deadline: Duration,
    /// Hosts under which agents reach `/mcp`, besides that of the public address.
    pub mcp_hosts: Vec<String>,
    /// Origins whose pages may use `/mcp`, as `scheme://host:port`, besides our own.
    pub mcp_origins: Vec<String>,
}

/// A run zip may have 64 MiB; a form wraps it in a little more.
const MAX_UPLOAD: usize = 64 * 1024 * 1024 + 64 * 1024;

impl Config {
    pub fn new(public_url: Url) -> Self {
        Self {
            public_url,
            metrics_token: None,
            dev_login: false,
            trust_proxy: false,
            sign_in_link: None,
            max_upload: MAX_UPLOAD,
            body_deadline: Duration::from_mins(2),
            mcp_hosts: Vec::new(),
            mcp_origins: Vec::new(),
        }
    }

    /// Cookies are for HTTPS only, unless the service is tried on this machine.
    pub fn secure_cookies(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Whether the service is only meant for this machine.
    pub fn is_loopback(&self) -> bool {
        accounts::is_loopback(&self.public_url)
    }

    /// Scheme, host and port as a browser's `Origin` says it.
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}

/// A bearer token; `Debug` hides it.
#[derive(Clone)]
pub struct MetricsToken(pub String);

impl std::fmt::Debug for MetricsToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MetricsToken(…)")
    }
}

/// An address that signs in to an account, until the process ends; `Debug` hides it.
#[derive(Clone)]
pub struct SignInLink {
    /// Letters and digits that nobody can guess.
    pub token: String,
    pub account: AccountId,
}

impl SignInLink {
    pub fn path(&self) -> String {
        format!("/login/link/{}", self.token)
    }
}

impl std::fmt::Debug for SignInLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignInLink(…)")
    }
}
