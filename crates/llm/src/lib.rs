//! Model providers behind one trait: structured output, usage, price, retries, fallback,
//! hard budgets, and embeddings. Knows nothing about plans or prompts.
//!
//! Start at [`Client`]: it asks the models of a [`Profile`] in order, checks every answer
//! against a JSON schema on this side, and stays inside a [`Budget`]. A [`Journal`] keeps
//! each answered request, so that a killed run never pays for it twice.
//!
//! Answers come in one piece, or streamed where [`Client::with_stall_timeout`] asks for it:
//! then a model that falls silent is noticed long before its time is up.
//!
//! Providers talk HTTP directly instead of through a client library for all vendors: such a
//! library (genai 0.7.2 was tried) reads a whole response into memory before anyone can
//! stop it, and puts request and response bodies into its errors. A hostile or broken
//! endpoint must be able to do neither here. The three wire formats are small.
//!
//! Invariants: money is integer nano-USD; an unknown price is an error, never zero; an API
//! key appears in no `Debug`, error or log. Deliberately absent: the system's clock (HTTP
//! dates are read against the response's own `Date`), the environment (the binary fills
//! [`Settings`]), prompts, and the offline judge, which needs no model at all.

mod budget;
mod catalog;
mod client;
mod completion;
mod embed;
mod error;
mod http;
mod journal;
mod json;
mod money;
mod provider;
mod request;
mod retry;
mod secret;
mod settings;
pub mod sse;

pub use budget::{Budget, Limit, Meter, Spend};
pub use catalog::{Catalog, EmbeddingSpec, ModelSpec, Profile};
pub use client::{Answer, Client, PricedProvider, STALL_TIMEOUT, TextAnswer};
pub use completion::{Completion, Finish, Usage};
pub use embed::{Embedder, EndpointEmbedder, HashedNgrams};
pub use error::{CallError, JournalError, LlmError, Reason, ReasonKind};
pub use http::HttpOptions;
pub use journal::{Journal, MemoryJournal, NoJournal};
pub use money::{TokenPrice, parse_usd, parse_usd_per_million};
pub use provider::{HttpProvider, Provider, ProviderKind};
pub use request::{Request, RequestKey, Role, Schema, Turn};
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use settings::Settings;
