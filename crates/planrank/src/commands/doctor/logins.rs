//! Whether those who vouch for people who sign in can be reached and are who the settings say.

use url::Url;

use super::check::Check;
use crate::cli::LoginOptions;
use crate::probe::Probe;
use crate::wiring::GOOGLE;

const DISCOVERY: &str = "/.well-known/openid-configuration";

pub(super) async fn all(login: &LoginOptions) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(issuer) = &login.oidc_issuer {
        checks.push(issuer_answers(&login.oidc_label, issuer.as_str()).await);
    }
    if login.google_client_id.is_some() {
        checks.push(issuer_answers("Google", GOOGLE).await);
    }
    if login.github_client_id.is_some() {
        let url = login
            .github_url
            .clone()
            .map_or_else(|| Url::parse("https://github.com"), Ok);
        let outcome = match url {
            Ok(url) => github_answers(url).await,
            Err(error) => Err(error.into()),
        };
        checks.push(Check::of("sign-in with GitHub", outcome));
    }
    checks
}

async fn issuer_answers(label: &str, issuer: &str) -> Check {
    let what = format!("sign-in with {label}");
    match named_issuer(issuer).await {
        Err(error) => Check::failed(&what, format!("{error:#}"), "check PLANRANK_OIDC_ISSUER"),
        Ok(named) if named.trim_end_matches('/') == issuer.trim_end_matches('/') => {
            Check::ok(&what, "its discovery document answers")
        }
        Ok(named) => Check::failed(
            &what,
            format!("it names itself {named}"),
            "set PLANRANK_OIDC_ISSUER to that, to the letter",
        ),
    }
}

async fn named_issuer(issuer: &str) -> anyhow::Result<String> {
    let url = Url::parse(&format!("{}{DISCOVERY}", issuer.trim_end_matches('/')))?;
    let reply = Probe::of(&url)?.get(url).await?;
    let document = reply.json().unwrap_or_default();
    let named = document.get("issuer").and_then(|issuer| issuer.as_str());
    named.map(str::to_owned).ok_or_else(|| {
        anyhow::anyhow!(
            "{issuer}{DISCOVERY} answered {} without an issuer",
            reply.status
        )
    })
}

async fn github_answers(url: Url) -> anyhow::Result<String> {
    let reply = Probe::of(&url)?.get(url.clone()).await?;
    anyhow::ensure!(
        !reply.status.is_server_error(),
        "{url} answered {}",
        reply.status
    );
    Ok(format!("{url} answers"))
}
