//! What is written to the log: who did what by id, and nothing that is secret or personal.

use std::io;
use std::sync::{Arc, Mutex};

use accounts::{KeyWish, Role, Scopes};
use tracing_subscriber::fmt::MakeWriter;

use crate::fixture::World;
use crate::issuer::{Fault, Issuer};
use crate::login::{log_in, with_issuer};

#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_hold_neither_names_nor_addresses_nor_secrets() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let world = World::sqlite().await;
    let issuer = Issuer::start(world.clock.now()).await;
    let accounts = world.replica(with_issuer(&issuer, &["ada@example.org"]));
    let ada = log_in(&accounts, &issuer).await.unwrap().account;
    let caller = accounts.operator(ada.account_id).await.unwrap().unwrap();
    let wish = KeyWish {
        name: "laptop".to_owned(),
        scopes: Scopes::of(Role::User),
        expires_at: None,
    };
    let key = accounts.create_key(&caller, &wish).await.unwrap();
    accounts
        .check_key(key.secret.expose())
        .await
        .unwrap()
        .unwrap();
    issuer.fail(Fault::WrongNonce);
    log_in(&accounts, &issuer).await.unwrap_err();

    let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(written.contains("logged in") && written.contains(&ada.account_id.to_string()));
    let secret = &key.secret.expose()[9..];
    for private in [
        "Lovelace",
        "ada@example.org",
        secret,
        "client secret",
        "code-0",
        "eyJ",
    ] {
        assert!(!written.contains(private), "{private} in {written}");
    }
}
