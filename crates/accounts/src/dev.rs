//! The development login: anybody is whoever they say they are. It refuses unless the settings
//! switch it on, and the web layer lets it be used from the same machine only.

use store::RoleAtLogin;

use crate::login::{DEV_ISSUER, Vouched};
use crate::{Account, Accounts, LoginError, Role, name};

impl Accounts {
    /// Whether anybody may log in as anybody.
    pub fn dev_login_enabled(&self) -> bool {
        self.logins.settings().dev_login
    }

    /// Logs in by name alone, with this role from now on.
    pub async fn dev_login(&self, name: &str, role: Role) -> Result<Account, LoginError> {
        if !self.dev_login_enabled() {
            return Err(LoginError::DevDisabled);
        }
        let name = name::clean(name);
        if name.is_empty() {
            return Err(LoginError::Invalid {
                field: "name",
                why: "give a name that can be shown".to_owned(),
            });
        }
        let vouched = Vouched {
            issuer: DEV_ISSUER.to_owned(),
            subject: name.clone(),
            name: Some(name),
            verified_email: None,
        };
        let (account, _) = self.log_in(&vouched, RoleAtLogin::Set(role)).await?;
        Ok(account)
    }
}
