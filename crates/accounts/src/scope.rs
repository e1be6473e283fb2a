//! What a caller may do: scopes, sets of them, and which scopes a role allows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use store::Role;

/// One sort of permission. No scope includes another: a key that submits and reads has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read what is public and what is one's own.
    Read,
    /// Submit, withdraw and restore one's own plans.
    Submit,
    /// Review judgements.
    Audit,
    /// Run the service: accounts, jobs, everything that is stored.
    Admin,
}

impl Scope {
    pub const ALL: [Self; 4] = [Self::Read, Self::Submit, Self::Audit, Self::Admin];

    /// The name in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Submit => "submit",
            Self::Audit => "audit",
            Self::Admin => "admin",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        known.ok_or_else(|| format!("{text:?} is none of read, submit, audit, admin"))
    }
}

/// A set of scopes, written as words in a fixed order: `read submit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Scope>", into = "Vec<Scope>")]
pub struct Scopes(u8);

impl Scopes {
    pub const NONE: Self = Self(0);

    /// Everything that a role allows.
    pub fn of(role: Role) -> Self {
        let scopes: &[Scope] = match role {
            Role::User => &[Scope::Read, Scope::Submit],
            Role::Reviewer => &[Scope::Read, Scope::Submit, Scope::Audit],
            Role::Admin => &Scope::ALL,
        };
        scopes.iter().copied().collect()
    }

    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    pub fn is_subset(self, of: Self) -> bool {
        self.0 & !of.0 == 0
    }

    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl From<Vec<Scope>> for Scopes {
    fn from(scopes: Vec<Scope>) -> Self {
        scopes.into_iter().collect()
    }
}

impl From<Scopes> for Vec<Scope> {
    fn from(scopes: Scopes) -> Self {
        scopes.iter().collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Scope::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split_ascii_whitespace().map(Scope::from_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_allows_what_the_roles_before_it_allow_and_more() {
        let texts =
            [Role::User, Role::Reviewer, Role::Admin].map(|role| Scopes::of(role).to_string());
        assert_eq!(
            texts,
            [
                "read submit",
                "read submit audit",
                "read submit audit admin"
            ]
        );
        assert!(Role::User < Role::Reviewer && Role::Reviewer < Role::Admin);
    }

    #[test]
    fn every_set_survives_being_written_and_read() {
        for bits in 0..16 {
            let scopes = Scopes(bits);
            assert_eq!(scopes.to_string().parse(), Ok(scopes));
            let json = serde_json::to_string(&scopes).unwrap();
            assert_eq!(serde_json::from_str::<Scopes>(&json).unwrap(), scopes);
        }
        assert_eq!(" submit  read ".parse(), Ok(Scopes::of(Role::User)));
    }

    #[test]
    fn an_unknown_scope_is_named_in_the_error() {
        assert!(
            "read write"
                .parse::<Scopes>()
                .unwrap_err()
                .contains("write")
        );
        assert!("Read".parse::<Scopes>().is_err());
    }

    #[test]
    fn subsets_and_intersections_are_those_of_sets() {
        let (user, admin) = (Scopes::of(Role::User), Scopes::of(Role::Admin));
        assert!(user.is_subset(admin) && !admin.is_subset(user));
        assert!(Scopes::NONE.is_subset(user));
        assert_eq!(user.intersect(admin), user);
        let audit: Scopes = [Scope::Audit].into_iter().collect();
        assert!(audit.intersect(user).is_empty());
    }
}
