//! Who is asking, and what they may do now.

use std::fmt;

use store::{Account, AccountId, KeyId, Role, SessionId};

use crate::{Scope, Scopes};

/// An account that proved who it is. `Debug` shows neither name nor email, so that logs can't.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    pub account_id: AccountId,
    pub display_name: String,
    pub email: Option<String>,
    pub role: Role,
    pub via: Via,
}

/// How a caller proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// A browser that is logged in: may do all that the role allows.
    Session { session_id: SessionId },
    /// A key: may do what it was given, as far as the role still allows it.
    Key {
        key_id: KeyId,
        name: String,
        scopes: Scopes,
    },
    /// Somebody at the machine of the service, who needs no proof: may do all that the role allows.
    Operator,
}

impl Caller {
    pub(crate) fn new(account: Account, via: Via) -> Self {
        Self {
            account_id: account.account_id,
            display_name: account.display_name,
            email: account.email,
            role: account.role,
            via,
        }
    }

    /// Everything this caller may do.
    pub fn scopes(&self) -> Scopes {
        let allowed = Scopes::of(self.role);
        match &self.via {
            Via::Session { .. } | Via::Operator => allowed,
            Via::Key { scopes, .. } => scopes.intersect(allowed),
        }
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.scopes().contains(scope)
    }

    /// Whether this caller may run the service. An administrator's key may only with the scope.
    pub fn is_admin(&self) -> bool {
        self.may(Scope::Admin)
    }

    /// Whether this caller may review judgements.
    pub fn is_reviewer(&self) -> bool {
        self.may(Scope::Audit)
    }

    /// Keys can't make, list or end other keys and sessions, so that a stolen one stays one key.
    pub fn manages_credentials(&self) -> bool {
        !matches!(self.via, Via::Key { .. })
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("account_id", &self.account_id)
            .field("role", &self.role)
            .field("via", &self.via)
            .finish_non_exhaustive()
    }
}
