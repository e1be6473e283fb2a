//! A running service as others see it (`--url`): health, documents, MCP, headers, clock.

use accounts::is_loopback;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use url::Url;

use super::check::Check;
use crate::probe::{Probe, Reply};

const MOST_SKEW: TimeDelta = TimeDelta::seconds(60);
/// Some page that is not the service's own.
const ELSEWHERE: &str = "https://elsewhere.example";

pub(super) async fn all(base: &Url, now: DateTime<Utc>) -> Vec<Check> {
    let probe = match Probe::of(base) {
        Ok(probe) => probe,
        Err(error) => return vec![Check::of("service", Err::<String, _>(error))],
    };
    let alive = match get(&probe, base, "/healthz").await {
        Ok(reply) => reply,
        Err(error) => {
            let advice = "is it running, and is this its address?";
            return vec![Check::failed("service", format!("{error:#}"), advice)];
        }
    };
    let mut checks = vec![version(&alive)];
    checks.extend(clock(&alive, now));
    checks.push(Check::of("readiness", ready(&probe, base).await));
    checks.push(Check::of("API document", openapi(&probe, base).await));
    checks.push(headers(&probe, base).await);
    checks.push(Check::of("other sites", cross_site(&probe, base).await));
    checks.extend(mcp(&probe, base).await);
    checks
}

async fn get(probe: &Probe, base: &Url, path: &str) -> anyhow::Result<Reply> {
    let url = base.join(path)?;
    let reply = probe.get(url.clone()).await?;
    anyhow::ensure!(reply.status.is_success(), "{url} answered {}", reply.status);
    Ok(reply)
}

fn version(alive: &Reply) -> Check {
    let told = alive.json().unwrap_or_default();
    let theirs = told
        .get("version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let ours = env!("CARGO_PKG_VERSION");
    if theirs == ours {
        return Check::ok("service", format!("version {theirs} answers"));
    }
    let finding = format!("version {theirs:?} answers, this is {ours}");
    Check::warning("service", finding, "deploy the same version everywhere")
}

fn clock(alive: &Reply, now: DateTime<Utc>) -> Option<Check> {
    let date = alive.header("date")?;
    let theirs = DateTime::parse_from_rfc2822(date).ok()?;
    let skew = (theirs.with_timezone(&Utc) - now).abs();
    let finding = format!("{} s apart from the service's", skew.num_seconds());
    Some(if skew <= MOST_SKEW {
        Check::ok("clock", finding)
    } else {
        Check::warning("clock", finding, "set the machines' clocks by NTP")
    })
}

async fn ready(probe: &Probe, base: &Url) -> anyhow::Result<String> {
    get(probe, base, "/readyz").await?;
    Ok("its database answers".to_owned())
}

async fn openapi(probe: &Probe, base: &Url) -> anyhow::Result<String> {
    let document = get(probe, base, "/openapi.json").await?.json();
    let document = document.unwrap_or_default();
    let paths = document.get("paths").and_then(Value::as_object);
    let paths = paths.ok_or_else(|| anyhow::anyhow!("/openapi.json holds no paths"))?;
    Ok(format!("{} addresses", paths.len()))
}

async fn headers(probe: &Probe, base: &Url) -> Check {
    let what = "security headers";
    let page = match get(probe, base, "/rankings").await {
        Ok(page) => page,
        Err(error) => return Check::of(what, Err::<String, _>(error)),
    };
    let mut missing = Vec::new();
    let mut want = |name: &'static str, word: &str| {
        if !page.header(name).is_some_and(|value| value.contains(word)) {
            missing.push(name);
        }
    };
    want("content-security-policy", "default-src 'none'");
    want("x-content-type-options", "nosniff");
    want("referrer-policy", "");
    if base.scheme() == "https" {
        want("strict-transport-security", "max-age");
    }
    if !missing.is_empty() {
        let finding = format!("missing or weakened: {}", missing.join(", "));
        let advice = "let the proxy pass the service's own headers on";
        return Check::failed(what, finding, advice);
    }
    if base.scheme() == "http" && !is_loopback(base) {
        let advice = "put a proxy that speaks TLS in front";
        return Check::warning(what, "sent, but over plain http", advice);
    }
    Check::ok(what, "sent")
}

/// A page of another site must not be able to act with its visitor's session.
async fn cross_site(probe: &Probe, base: &Url) -> anyhow::Result<String> {
    let url = base.join("/logout")?;
    let reply = probe.post(url, ELSEWHERE, &json!({})).await?;
    anyhow::ensure!(
        reply.status.as_u16() == 403,
        "a request from another site was answered {} instead of being refused; let the proxy pass \
         Host and Origin on unchanged",
        reply.status
    );
    Ok("are refused".to_owned())
}

async fn mcp(probe: &Probe, base: &Url) -> Vec<Check> {
    let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "planrank doctor", "version": env!("CARGO_PKG_VERSION")},
    }});
    let own = base.origin().ascii_serialization();
    let reply = match base.join("/mcp") {
        Ok(url) => probe.post(url, &own, &initialize).await,
        Err(error) => Err(error.into()),
    };
    match reply {
        Ok(reply) => vec![discovery(&reply), cors(&reply)],
        Err(error) => vec![Check::of("MCP", Err::<String, _>(error))],
    }
}

fn discovery(reply: &Reply) -> Check {
    let answer = reply.json().unwrap_or_default();
    match answer
        .pointer("/result/serverInfo/name")
        .and_then(Value::as_str)
    {
        Some(name) => Check::ok("MCP", format!("{name} answers without a key")),
        None => Check::failed(
            "MCP",
            format!("/mcp answered {} without introducing itself", reply.status),
            "let the proxy pass POST /mcp with its Accept and Origin headers",
        ),
    }
}

fn cors(reply: &Reply) -> Check {
    match reply.header("access-control-allow-origin") {
        Some(origin) => Check::ok("CORS", format!("/mcp allows {origin}")),
        None => Check::warning(
            "CORS",
            "/mcp names no allowed origin: agents in browsers can't use it",
            "let the proxy pass the service's own headers on",
        ),
    }
}
