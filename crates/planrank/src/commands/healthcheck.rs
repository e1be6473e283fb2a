//! `planrank healthcheck`: exit code 0 when the process that serves with the same settings is well,
//! for a container that has no shell and no curl.

use anyhow::{Context, bail};
use url::Url;

use super::serve;
use crate::cli::{Global, Healthcheck};
use crate::exit::Exit;
use crate::output;
use crate::probe::Probe;
use crate::wiring::{DEFAULT_FILE, Database};

pub(super) async fn run(global: &Global, args: &Healthcheck) -> anyhow::Result<Exit> {
    match &args.url {
        Some(url) => asks(url).await?,
        None if args.role.serves() => asks(&own_address(args)?).await?,
        // A worker answers no requests; what it can't be without is its database.
        None => answers(global).await?,
    }
    output::line("ok")?;
    Ok(Exit::Done)
}

/// Where a process with these settings listens, as seen from its own machine.
fn own_address(args: &Healthcheck) -> anyhow::Result<Url> {
    let mut address = serve::listens_at(&args.http);
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    Url::parse(&format!("http://{address}/")).context("the address is no URL")
}

async fn asks(base: &Url) -> anyhow::Result<()> {
    let url = base.join("/healthz")?;
    let reply = Probe::of(base)?.get(url.clone()).await;
    let reply = reply.with_context(|| format!("{url} doesn't answer"))?;
    if !reply.status.is_success() {
        bail!("{url} answered {}", reply.status);
    }
    Ok(())
}

async fn answers(global: &Global) -> anyhow::Result<()> {
    let database = Database::chosen(global, DEFAULT_FILE);
    Ok(database.open_as_it_is().await?.ping().await?)
}
