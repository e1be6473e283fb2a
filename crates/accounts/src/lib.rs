//! Use cases of accounts: login, sessions, API keys, roles, limits.
