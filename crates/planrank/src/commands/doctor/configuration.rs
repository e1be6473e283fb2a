//! The settings of a service that others reach: its secret, its address, who may sign in.

use accounts::is_loopback;
use url::Url;

use super::check::Check;
use crate::cli::{HttpOptions, LoginOptions};
use crate::commands::serve;

/// A secret of fewer different characters was typed, not drawn.
const FEW_CHARACTERS: usize = 10;
const WORDS_OF_EXAMPLES: [&str; 6] = [
    "secret", "change", "example", "password", "test", "planrank",
];

/// Nothing but one line for a service that only this machine reaches.
pub(super) fn all(http: &HttpOptions, login: &LoginOptions) -> Vec<Check> {
    let listening = serve::listens_at(http);
    let url = match serve::public_url(http, listening) {
        Ok(url) => url,
        Err(error) => return vec![Check::of("public address", Err::<String, _>(error))],
    };
    if is_loopback(&url) {
        let finding = format!("{url}: this machine only");
        return vec![Check::ok("public address", finding)];
    }
    let mut checks = vec![public_address(&url), secret(&login.secret)];
    checks.push(proxy(&url, http.trust_proxy));
    checks.push(administrators(&login.admins));
    checks.push(sign_in(login));
    checks
}

fn public_address(url: &Url) -> Check {
    if url.scheme() == "https" {
        return Check::ok(
            "public address",
            format!("{url}; cookies travel encrypted only"),
        );
    }
    Check::warning(
        "public address",
        format!("{url} is not https: keys and sessions can be read on their way"),
        "put a proxy that speaks TLS in front and set PLANRANK_PUBLIC_URL to https://…",
    )
}

fn secret(given: &[String]) -> Check {
    let what = "secret";
    let advice = "set PLANRANK_SECRET to what `openssl rand -hex 32` prints, the same for all \
                  replicas; an older one stays valid behind a comma";
    if given.is_empty() {
        return Check::failed(what, "PLANRANK_SECRET is not set", advice);
    }
    if given.iter().any(|secret| secret.len() < 32) {
        return Check::failed(
            what,
            "PLANRANK_SECRET is shorter than 32 characters",
            advice,
        );
    }
    if given.iter().any(|secret| is_weak(secret)) {
        return Check::warning(what, "PLANRANK_SECRET could be guessed", advice);
    }
    let finding = match given.len() {
        1 => "long and varied".to_owned(),
        n => format!("long and varied; {} older ones are accepted", n - 1),
    };
    Check::ok(what, finding)
}

fn is_weak(secret: &str) -> bool {
    let different: std::collections::BTreeSet<char> = secret.chars().collect();
    let lower = secret.to_lowercase();
    different.len() < FEW_CHARACTERS || WORDS_OF_EXAMPLES.iter().any(|word| lower.contains(word))
}

fn proxy(url: &Url, trusted: bool) -> Check {
    if trusted || url.scheme() == "http" {
        return Check::ok("proxy", if trusted { "trusted" } else { "none" });
    }
    Check::warning(
        "proxy",
        "every request seems to come from the proxy's address",
        "set PLANRANK_TRUST_PROXY=true if a proxy of yours sets X-Forwarded-For",
    )
}

fn administrators(admins: &[String]) -> Check {
    if admins.is_empty() {
        return Check::warning(
            "administrators",
            "nobody becomes administrator by signing in",
            "set PLANRANK_ADMINS, or use `planrank admin create-key --role admin`",
        );
    }
    let wrong = admins
        .iter()
        .find_map(|rule| rule.parse::<accounts::AdminRule>().err());
    match wrong {
        Some(error) => Check::failed("administrators", error, "correct PLANRANK_ADMINS"),
        None => Check::ok("administrators", format!("{} named", admins.len())),
    }
}

fn sign_in(login: &LoginOptions) -> Check {
    if login.dev_login {
        return Check::failed(
            "sign-in",
            "PLANRANK_DEV_LOGIN lets anybody in",
            "unset it: it is for a service on this machine only",
        );
    }
    let ways = [
        (login.oidc_issuer.is_some(), login.oidc_label.as_str()),
        (login.google_client_id.is_some(), "Google"),
        (login.github_client_id.is_some(), "GitHub"),
    ];
    let set: Vec<&str> = ways
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, name)| *name)
        .collect();
    if set.is_empty() {
        return Check::warning(
            "sign-in",
            "nobody can sign in; only API keys made by `planrank admin create-key` work",
            "set up PLANRANK_OIDC_*, PLANRANK_GOOGLE_* or PLANRANK_GITHUB_*",
        );
    }
    Check::ok("sign-in", set.join(", "))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use rstest::rstest;

    use super::super::check::Outcome;
    use super::*;
    use crate::cli::{Cli, Command};

    const HTTPS: &[&str] = &["--public-url", "https://planrank.example.org"];
    const DRAWN: &str = "8f14e45fceea167a5a36dedd4bea2543f1c0a7b9d2e6";

    fn outcome(args: &[&str], what: &str) -> Outcome {
        let line = ["planrank", "doctor"].iter().chain(args);
        let Command::Doctor(doctor) = Cli::parse_from(line).command else {
            panic!("it is doctor");
        };
        let checks = all(&doctor.http, &doctor.login);
        let found = checks.iter().find(|check| check.what == what);
        found
            .unwrap_or_else(|| panic!("{what} in {checks:?}"))
            .outcome
    }

    #[rstest]
    #[case::local(&[], "public address", Outcome::Ok)]
    #[case::nameless(&["--listen", "0.0.0.0:80"], "public address", Outcome::Failed)]
    #[case::plain(&["--public-url", "http://example.org"], "public address", Outcome::Warning)]
    #[case::encrypted(HTTPS, "public address", Outcome::Ok)]
    fn the_address_has_to_be_known_and_should_be_encrypted(
        #[case] args: &[&str],
        #[case] what: &str,
        #[case] expected: Outcome,
    ) {
        assert_eq!(outcome(args, what), expected);
    }

    #[rstest]
    #[case::none(&[], Outcome::Failed)]
    #[case::short(&["--secret", "0123456789abcdef"], Outcome::Failed)]
    #[case::one_of_two_is_short(&["--secret", DRAWN, "--secret", "old"], Outcome::Failed)]
    #[case::repeated(&["--secret", "abababababababababababababababababab"], Outcome::Warning)]
    #[case::copied(&["--secret", "change-me-0123456789-abcdefghijklm"], Outcome::Warning)]
    #[case::drawn(&["--secret", DRAWN], Outcome::Ok)]
    fn a_secret_is_long_and_drawn(#[case] args: &[&str], #[case] expected: Outcome) {
        assert_eq!(outcome(&[HTTPS, args].concat(), "secret"), expected);
    }

    #[rstest]
    #[case(&[], "sign-in", Outcome::Warning)]
    #[case(&["--dev-login"], "sign-in", Outcome::Failed)]
    #[case(&["--google-client-id", "x", "--google-client-secret", "y"], "sign-in", Outcome::Ok)]
    #[case(&[], "administrators", Outcome::Warning)]
    #[case(&["--admin", "ada@example.org"], "administrators", Outcome::Ok)]
    #[case(&["--admin", "ada"], "administrators", Outcome::Failed)]
    #[case(&[], "proxy", Outcome::Warning)]
    #[case(&["--trust-proxy"], "proxy", Outcome::Ok)]
    fn who_gets_in_is_looked_at(
        #[case] args: &[&str],
        #[case] what: &str,
        #[case] expected: Outcome,
    ) {
        assert_eq!(outcome(&[HTTPS, args].concat(), what), expected);
    }
}
