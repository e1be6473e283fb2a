//! Models, prices and profiles, read from one TOML file (`models.toml`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::{LlmError, ProviderKind, TokenPrice, parse_usd_per_million};

const BUILT_IN: &str = include_str!("../models.toml");
const OFFLINE: &str = "offline";

/// What is known of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpec {
    pub provider: ProviderKind,
    /// The provider's own name for it.
    pub id: String,
    /// Who trained it, for the rule that a judge isn't of the author's family.
    pub family: String,
    /// Tokens of input and output together.
    pub context_window: u32,
    pub max_output: u32,
    /// Takes `temperature` and `seed`.
    pub accepts_sampling: bool,
    pub price: TokenPrice,
}

impl ModelSpec {
    /// A model that the file doesn't list: modest limits, family guessed from its name.
    pub fn unlisted(provider: ProviderKind, id: &str, price: TokenPrice) -> Self {
        Self {
            provider,
            id: id.to_owned(),
            family: guess_family(id).unwrap_or(provider.name()).to_owned(),
            context_window: if provider.is_paid() { 128_000 } else { 32_768 },
            max_output: 8_192,
            accepts_sampling: true,
            price,
        }
    }
}

/// What is known of an embedding model: its price per input token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddingSpec {
    pub provider: ProviderKind,
    pub id: String,
    pub price: TokenPrice,
}

/// An ordered list of models; empty means "no provider".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub models: Vec<ModelSpec>,
}

impl Profile {
    /// No model at all: the offline judge needs none.
    pub fn offline() -> Self {
        Self {
            name: OFFLINE.into(),
            models: Vec::new(),
        }
    }

    pub fn is_offline(&self) -> bool {
        self.models.is_empty()
    }
}

/// The whole file, checked.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The day on which the prices were read.
    pub as_of: String,
    models: Vec<ModelSpec>,
    embeddings: Vec<EmbeddingSpec>,
    profiles: BTreeMap<String, Vec<String>>,
}

impl Catalog {
    /// The file at `path`, or the built-in one.
    pub fn load(path: Option<&Path>) -> Result<Self, LlmError> {
        let Some(path) = path else {
            return Self::parse(BUILT_IN);
        };
        let text = std::fs::read_to_string(path).map_err(|error| {
            LlmError::Config(format!(
                "the model file {} can't be read ({error}); check PLANRANK_MODELS",
                path.display()
            ))
        })?;
        Self::parse(&text).map_err(|error| {
            LlmError::Config(format!("the model file {}: {error}", path.display()))
        })
    }

    /// Reads a catalog and checks that every profile names listed models.
    pub fn parse(text: &str) -> Result<Self, LlmError> {
        let file: File =
            toml::from_str(text).map_err(|error| LlmError::Config(error.to_string()))?;
        let models: Result<Vec<_>, _> = file.model.into_iter().map(Row::into_spec).collect();
        let embeddings: Result<Vec<_>, _> = file
            .embedding
            .into_iter()
            .map(EmbeddingRow::into_spec)
            .collect();
        let profiles = file.profiles.into_iter();
        let catalog = Self {
            as_of: file.as_of,
            models: models?,
            embeddings: embeddings?,
            profiles: profiles.map(|(name, row)| (name, row.models)).collect(),
        };
        for name in catalog.profiles.keys() {
            catalog.profile(name)?;
        }
        Ok(catalog)
    }

    pub fn profile(&self, name: &str) -> Result<Profile, LlmError> {
        if name == OFFLINE {
            return Ok(Profile::offline());
        }
        let Some(references) = self.profiles.get(name) else {
            let known: Vec<&str> = self.profile_names().collect();
            return Err(LlmError::Config(format!(
                "there is no model profile {name:?}; there are {}",
                known.join(", ")
            )));
        };
        if references.is_empty() {
            return Err(LlmError::Config(format!(
                "the model profile {name:?} lists no model; use the profile \"offline\" for none"
            )));
        }
        let models: Result<Vec<ModelSpec>, LlmError> = references
            .iter()
            .map(|reference| self.referred(name, reference))
            .collect();
        Ok(Profile {
            name: name.to_owned(),
            models: models?,
        })
    }

    /// The names of all profiles, "offline" first.
    pub fn profile_names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(OFFLINE).chain(self.profiles.keys().map(String::as_str))
    }

    pub fn find(&self, provider: ProviderKind, id: &str) -> Option<&ModelSpec> {
        self.models
            .iter()
            .find(|spec| spec.provider == provider && spec.id == id)
    }

    /// The provider's first model in the file.
    pub fn default_model(&self, provider: ProviderKind) -> Option<&ModelSpec> {
        self.models.iter().find(|spec| spec.provider == provider)
    }

    pub fn find_embedding(&self, id: &str) -> Option<&EmbeddingSpec> {
        self.embeddings.iter().find(|spec| spec.id == id)
    }

    fn referred(&self, profile: &str, reference: &str) -> Result<ModelSpec, LlmError> {
        let spec = reference.split_once(':').and_then(|(provider, id)| {
            ProviderKind::parse(provider).and_then(|kind| self.find(kind, id))
        });
        spec.cloned().ok_or_else(|| {
            LlmError::Config(format!(
                "the model profile {profile:?} names {reference:?}, which no [[model]] entry \
                 describes; write it as \"provider:id\""
            ))
        })
    }
}

/// The vendor behind a model's name, where the name tells.
fn guess_family(id: &str) -> Option<&'static str> {
    let id = id.to_lowercase();
    let families = [
        ("claude", "anthropic"),
        ("gpt", "openai"),
        ("gemini", "google"),
        ("gemma", "google"),
        ("llama", "meta"),
        ("qwen", "alibaba"),
        ("mistral", "mistral"),
        ("deepseek", "deepseek"),
        ("phi", "microsoft"),
    ];
    let found = families.into_iter().find(|(part, _)| id.contains(part));
    found.map(|(_, family)| family)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    as_of: String,
    #[serde(default)]
    profiles: BTreeMap<String, ProfileRow>,
    #[serde(default)]
    model: Vec<Row>,
    #[serde(default)]
    embedding: Vec<EmbeddingRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileRow {
    models: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    provider: ProviderKind,
    id: String,
    family: String,
    context_window: u32,
    max_output: u32,
    accepts_sampling: bool,
    input: String,
    cached_input: String,
    output: String,
}

impl Row {
    fn into_spec(self) -> Result<ModelSpec, LlmError> {
        let price = TokenPrice {
            input_pico_usd: parse_usd_per_million(&self.input)?,
            cached_input_pico_usd: parse_usd_per_million(&self.cached_input)?,
            output_pico_usd: parse_usd_per_million(&self.output)?,
        };
        if self.max_output == 0 || self.context_window == 0 {
            return Err(LlmError::Config(format!(
                "the model {:?} has a max_output or context_window of 0",
                self.id
            )));
        }
        Ok(ModelSpec {
            provider: self.provider,
            id: self.id,
            family: self.family,
            context_window: self.context_window,
            max_output: self.max_output,
            accepts_sampling: self.accepts_sampling,
            price,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmbeddingRow {
    provider: ProviderKind,
    id: String,
    input: String,
}

impl EmbeddingRow {
    fn into_spec(self) -> Result<EmbeddingSpec, LlmError> {
        let input_pico_usd = parse_usd_per_million(&self.input)?;
        Ok(EmbeddingSpec {
            provider: self.provider,
            id: self.id,
            price: TokenPrice {
                input_pico_usd,
                cached_input_pico_usd: input_pico_usd,
                output_pico_usd: 0,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_file_holds_every_profile() {
        let catalog = Catalog::load(None).unwrap();
        let names: Vec<&str> = catalog.profile_names().collect();
        assert_eq!(
            names,
            ["offline", "baseline", "frontier", "local", "premium"]
        );
        assert!(catalog.profile("offline").unwrap().is_offline());
        let local = catalog.profile("local").unwrap();
        assert_eq!(local.models[0].price, TokenPrice::FREE);
        let paid = catalog.models.iter().filter(|spec| spec.provider.is_paid());
        assert!(paid.clone().count() > 5);
        for spec in paid {
            assert_ne!(spec.price, TokenPrice::FREE, "{}", spec.id);
        }
    }

    #[test]
    fn a_profile_naming_an_unknown_model_is_refused() {
        let text = "as_of = \"2026-01-01\"\n[profiles.x]\nmodels = [\"openai:nope\"]";
        let error = Catalog::parse(text).unwrap_err().to_string();
        assert!(error.contains("openai:nope"), "{error}");
    }

    #[test]
    fn a_missing_price_is_refused() {
        let with_output = BUILT_IN.replacen("output = \"2.50\"\n", "", 1);
        let error = Catalog::parse(&with_output).unwrap_err().to_string();
        assert!(error.contains("output"), "{error}");
    }
}
