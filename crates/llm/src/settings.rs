//! The user's choice of models, as plain values: the binary reads flags and environment.

use std::path::PathBuf;
use std::sync::Arc;

use crate::{
    Catalog, Embedder, EndpointEmbedder, HashedNgrams, HttpOptions, HttpProvider, LlmError, Meter,
    ModelSpec, Profile, ProviderKind, RetryPolicy, Secret, TokenPrice,
};

/// Which models to use and how to reach them. The default is offline.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `PLANRANK_LLM_PROVIDER`: a [`ProviderKind`]'s name or `offline`.
    pub provider: Option<String>,
    /// `PLANRANK_LLM_MODEL`: one model, or several separated by commas.
    pub model: Option<String>,
    /// A profile of the model file; wins over `provider` and `model`.
    pub profile: Option<String>,
    /// `PLANRANK_LLM_BASE_URL`, up to and with the version path.
    pub base_url: Option<String>,
    /// `PLANRANK_LLM_API_KEY`.
    pub api_key: Option<Secret>,
    /// What an unlisted model of a paid provider costs.
    pub price: Option<TokenPrice>,
    /// `PLANRANK_MODELS`: a file in the place of the built-in one.
    pub models_file: Option<PathBuf>,
    /// `PLANRANK_EMBED_MODEL`; without it, built-in vectors.
    pub embed_model: Option<String>,
    /// `PLANRANK_EMBED_BASE_URL`.
    pub embed_base_url: Option<String>,
    pub http: HttpOptions,
    pub retry: RetryPolicy,
}

impl Settings {
    /// The models that the settings name, in order.
    pub fn profile(&self) -> Result<Profile, LlmError> {
        let catalog = Catalog::load(self.models_file.as_deref())?;
        if let Some(name) = set(self.profile.as_ref()) {
            return catalog.profile(name);
        }
        let provider = set(self.provider.as_ref()).unwrap_or("offline");
        if provider == "offline" {
            return Ok(Profile::offline());
        }
        let Some(kind) = ProviderKind::parse(provider) else {
            let known: Vec<&str> = ProviderKind::ALL.iter().map(|kind| kind.name()).collect();
            return Err(LlmError::Config(format!(
                "there is no provider {provider:?}; set PLANRANK_LLM_PROVIDER to offline, {}",
                known.join(", ")
            )));
        };
        Ok(Profile {
            name: provider.to_owned(),
            models: self.named_models(&catalog, kind)?,
        })
    }

    fn named_models(
        &self,
        catalog: &Catalog,
        kind: ProviderKind,
    ) -> Result<Vec<ModelSpec>, LlmError> {
        let names = set(self.model.as_ref()).unwrap_or_default().split(',');
        let names: Vec<&str> = names.map(str::trim).filter(|id| !id.is_empty()).collect();
        if names.is_empty() {
            let default = catalog.default_model(kind).ok_or_else(|| {
                LlmError::Config(format!(
                    "set PLANRANK_LLM_MODEL to the model that {} serves",
                    kind.name()
                ))
            })?;
            return Ok(vec![default.clone()]);
        }
        names
            .into_iter()
            .map(|id| self.spec(catalog, kind, id))
            .collect()
    }

    fn spec(&self, catalog: &Catalog, kind: ProviderKind, id: &str) -> Result<ModelSpec, LlmError> {
        let listed = catalog.find(kind, id).cloned();
        let price = match (self.price, &listed) {
            (Some(price), _) => price,
            (None, Some(spec)) => spec.price,
            (None, None) if kind.is_paid() => {
                return Err(LlmError::Config(format!(
                    "the price of {id:?} at {} isn't known, so no budget could hold; add it to the \
                     model file (PLANRANK_MODELS)",
                    kind.name()
                )));
            }
            // A server of one's own charges nothing per token.
            (None, None) => TokenPrice::FREE,
        };
        let spec = listed.unwrap_or_else(|| ModelSpec::unlisted(kind, id, price));
        Ok(ModelSpec { price, ..spec })
    }

    pub(crate) fn provider_for(&self, spec: ModelSpec) -> Result<HttpProvider, LlmError> {
        let base_url = set(self.base_url.as_ref());
        if spec.provider.is_paid() && self.api_key.is_none() && base_url.is_none() {
            return Err(LlmError::Config(format!(
                "{} needs an API key; set PLANRANK_LLM_API_KEY",
                spec.provider.name()
            )));
        }
        HttpProvider::new(spec, base_url, self.api_key.clone(), self.http)
    }

    /// The embedder that the settings name. An endpoint is asked once for its dimensions,
    /// and its calls count against `meter`.
    pub async fn embedder(&self, meter: Arc<Meter>) -> Result<Arc<dyn Embedder>, LlmError> {
        let Some(model) = set(self.embed_model.as_ref()) else {
            return Ok(Arc::new(HashedNgrams::default()));
        };
        let Some(base_url) = set(self.embed_base_url.as_ref()) else {
            return Err(LlmError::Config(
                "PLANRANK_EMBED_MODEL is set, but not where it is served: set \
                 PLANRANK_EMBED_BASE_URL"
                    .into(),
            ));
        };
        let catalog = Catalog::load(self.models_file.as_deref())?;
        let listed = catalog.find_embedding(model).map(|spec| spec.price);
        let embedder = EndpointEmbedder::connect(
            model,
            base_url,
            self.api_key.clone(),
            listed.unwrap_or(TokenPrice::FREE),
            meter,
            self.http,
            self.retry,
        );
        Ok(Arc::new(embedder.await?))
    }
}

/// An empty variable is an unset one.
fn set(value: Option<&String>) -> Option<&str> {
    value
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(provider: &str, model: &str) -> Settings {
        Settings {
            provider: Some(provider.into()),
            model: Some(model.into()),
            ..Settings::default()
        }
    }

    #[test]
    fn nothing_set_means_offline() {
        assert!(Settings::default().profile().unwrap().is_offline());
        assert!(settings("offline", "").profile().unwrap().is_offline());
    }

    #[test]
    fn an_unknown_price_of_a_paid_provider_is_refused_and_of_a_local_one_is_free() {
        let error = settings("openai", "brand-new").profile().unwrap_err();
        assert!(error.to_string().contains("price"), "{error}");
        let local = settings("ollama", "brand-new").profile().unwrap();
        assert_eq!(local.models[0].price, TokenPrice::FREE);
        let priced = Settings {
            price: Some(TokenPrice {
                input_pico_usd: 1,
                cached_input_pico_usd: 1,
                output_pico_usd: 1,
            }),
            ..settings("openai", "brand-new")
        };
        assert_eq!(priced.profile().unwrap().models[0].price.output_pico_usd, 1);
    }

    #[test]
    fn several_models_keep_their_order_and_a_provider_has_a_default() {
        let two = settings("anthropic", "claude-sonnet-4-6, claude-haiku-4-5");
        let ids: Vec<String> = two
            .profile()
            .unwrap()
            .models
            .into_iter()
            .map(|spec| spec.id)
            .collect();
        assert_eq!(ids, ["claude-sonnet-4-6", "claude-haiku-4-5"]);
        let default = settings("gemini", "").profile().unwrap();
        assert_eq!(default.models[0].id, "gemini-2.5-flash");
    }

    #[test]
    fn debug_shows_no_key() {
        let settings = Settings {
            api_key: Some(Secret::new("sk-hidden")),
            ..Settings::default()
        };
        assert!(!format!("{settings:?}").contains("sk-hidden"));
    }
}
