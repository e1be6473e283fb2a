//! Accounts of the command line: whoever may use the machine of the service needs no other proof.

use store::RoleAtLogin;

use crate::login::Vouched;
use crate::{Accounts, Caller, LoginError, Role, Via, name};

/// Nobody can log in by this issuer over the network.
const ISSUER: &str = "command line";

impl Accounts {
    /// The local account of this name, made when there is none, with this role from now on.
    pub async fn local_account(&self, name: &str, role: Role) -> Result<Caller, LoginError> {
        let name = name::clean(name);
        if name.is_empty() {
            return Err(LoginError::Invalid {
                field: "name",
                why: "give a name that can be shown".to_owned(),
            });
        }
        let vouched = Vouched {
            issuer: ISSUER.to_owned(),
            subject: name.clone(),
            name: Some(name),
            verified_email: None,
        };
        let (account, _) = self.log_in(&vouched, RoleAtLogin::Set(role)).await?;
        Ok(Caller::new(account, Via::Operator))
    }
}
