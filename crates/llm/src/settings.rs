//! The user's choice of models, as plain values: the binary reads flags and environment.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::http::is_on_this_machine;
use crate::{
    CallError, Catalog, Embedder, EndpointEmbedder, HashedNgrams, HttpOptions, HttpProvider,
    LlmError, Meter, ModelSpec, Profile, ProviderKind, RetryPolicy, Secret, TokenPrice,
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
    /// `PLANRANK_LLM_API_KEY`; goes to one provider only, see [`Settings::profile`].
    pub api_key: Option<Secret>,
    /// What an unlisted model of a paid provider costs.
    pub price: Option<TokenPrice>,
    /// `PLANRANK_MODELS`: a file in the place of the built-in one.
    pub models_file: Option<PathBuf>,
    /// `PLANRANK_EMBED_MODEL`; without it, built-in vectors.
    pub embed_model: Option<String>,
    /// `PLANRANK_EMBED_BASE_URL`.
    pub embed_base_url: Option<String>,
    /// `PLANRANK_EMBED_API_KEY`; the key above never goes there.
    pub embed_api_key: Option<Secret>,
    pub http: HttpOptions,
    pub retry: RetryPolicy,
}

impl Settings {
    /// The models that the settings name, in order. A key or a base URL belongs to one provider,
    /// so with either of them a profile's models must all be of the provider that is set, or,
    /// when none is set, of one provider.
    pub fn profile(&self) -> Result<Profile, LlmError> {
        let catalog = Catalog::load(self.models_file.as_deref())?;
        let provider = self.provider_kind()?;
        if let Some(name) = set(self.profile.as_ref()) {
            let profile = catalog.profile(name)?;
            self.check_one_provider(provider, &profile)?;
            return Ok(profile);
        }
        let Some(kind) = provider else {
            return Ok(Profile::offline());
        };
        Ok(Profile {
            name: kind.name().to_owned(),
            models: self.named_models(&catalog, kind)?,
        })
    }

    /// `None` for offline.
    fn provider_kind(&self) -> Result<Option<ProviderKind>, LlmError> {
        let name = set(self.provider.as_ref()).unwrap_or("offline");
        if name == "offline" {
            return Ok(None);
        }
        ProviderKind::parse(name).map(Some).ok_or_else(|| {
            let known: Vec<&str> = ProviderKind::ALL.iter().map(|kind| kind.name()).collect();
            LlmError::Config(format!(
                "there is no provider {name:?}; set PLANRANK_LLM_PROVIDER to offline, {}",
                known.join(", ")
            ))
        })
    }

    /// No provider may be sent another one's key, or be asked at another one's address.
    fn check_one_provider(
        &self,
        chosen: Option<ProviderKind>,
        profile: &Profile,
    ) -> Result<(), LlmError> {
        let has_address = set(self.base_url.as_ref()).is_some();
        if self.api_key.is_none() && !has_address {
            return Ok(());
        }
        let named: BTreeSet<ProviderKind> = profile.models.iter().map(|m| m.provider).collect();
        if chosen.is_none_or(|kind| named.iter().all(|n| *n == kind)) && named.len() <= 1 {
            return Ok(());
        }
        let names: Vec<&str> = named.iter().map(|kind| kind.name()).collect();
        let whose = chosen.map_or("one provider", ProviderKind::name);
        Err(LlmError::Config(format!(
            "the model profile {:?} names models of {}, but PLANRANK_LLM_API_KEY and \
             PLANRANK_LLM_BASE_URL are those of {whose} and are sent nowhere else; choose a profile \
             of one provider, set PLANRANK_LLM_PROVIDER to it, or unset them",
            profile.name,
            names.join(" and ")
        )))
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
            (None, None) if self.is_elsewhere() => {
                return Err(LlmError::Config(format!(
                    "the price of {id:?} at PLANRANK_LLM_BASE_URL isn't known, so no budget could \
                     hold; add it to the model file (PLANRANK_MODELS), with the price \"0\" if it \
                     is a server of your own"
                )));
            }
            // A server on this machine charges nothing per token.
            (None, None) => TokenPrice::FREE,
        };
        let spec = listed.unwrap_or_else(|| ModelSpec::unlisted(kind, id, price));
        Ok(ModelSpec { price, ..spec })
    }

    fn is_elsewhere(&self) -> bool {
        set(self.base_url.as_ref()).is_some_and(|url| !is_on_this_machine(url))
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
        let embedder = EndpointEmbedder::connect(
            model,
            base_url,
            self.embed_api_key.clone(),
            self.embedding_price(model, base_url)?,
            meter,
            self.http,
            self.retry,
        );
        match embedder.await {
            Ok(embedder) => Ok(Arc::new(embedder)),
            Err(LlmError::Call(CallError::Credentials { message, .. })) => {
                Err(LlmError::Config(format!(
                    "the embedding server refused our credentials: {message}; check \
                     PLANRANK_EMBED_API_KEY"
                )))
            }
            Err(error) => Err(error),
        }
    }

    fn embedding_price(&self, model: &str, base_url: &str) -> Result<TokenPrice, LlmError> {
        let catalog = Catalog::load(self.models_file.as_deref())?;
        if let Some(listed) = catalog.find_embedding(model) {
            return Ok(listed.price);
        }
        if is_on_this_machine(base_url) {
            return Ok(TokenPrice::FREE);
        }
        Err(LlmError::Config(format!(
            "the price of the embedding model {model:?} isn't known, so no budget could hold; add \
             it to the model file (PLANRANK_MODELS) as [[embedding]], with the price \"0\" if it \
             is a server of your own"
        )))
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
    fn an_unknown_price_is_free_on_this_machine_only() {
        let at = |base_url: &str| Settings {
            base_url: Some(base_url.into()),
            ..settings("compatible", "brand-new")
        };
        for here in [
            "http://127.0.0.1:8000/v1",
            "http://localhost/v1",
            "http://[::1]:1/v1",
        ] {
            assert_eq!(
                at(here).profile().unwrap().models[0].price,
                TokenPrice::FREE
            );
        }
        for elsewhere in [
            "https://api.example.com/v1",
            "http://127.0.0.1.example.com/v1",
        ] {
            let error = at(elsewhere).profile().unwrap_err().to_string();
            assert!(error.contains("PLANRANK_MODELS"), "{error}");
        }
    }

    /// One key went to every provider of a profile.
    #[test]
    fn a_key_goes_to_no_other_provider() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("models.toml");
        let models: String = ["openai", "anthropic", "ollama", "vllm"]
            .map(|provider| {
                format!(
                    "[[model]]\nprovider = \"{provider}\"\nid = \"m\"\nfamily = \"f\"\n\
                     context_window = 9\nmax_output = 9\naccepts_sampling = true\n\
                     input = \"0\"\ncached_input = \"0\"\noutput = \"0\"\n"
                )
            })
            .concat();
        let profiles = "as_of = \"2026-01-01\"\n\
                        [profiles.one]\nmodels = [\"openai:m\"]\n\
                        [profiles.paid]\nmodels = [\"openai:m\", \"anthropic:m\"]\n\
                        [profiles.own]\nmodels = [\"ollama:m\", \"vllm:m\"]\n";
        std::fs::write(&file, format!("{profiles}{models}")).unwrap();
        let with = |provider: &str, profile: &str, key: bool, url: Option<&str>| Settings {
            provider: Some(provider.into()),
            profile: Some(profile.into()),
            api_key: key.then(|| Secret::new("k")),
            base_url: url.map(Into::into),
            models_file: Some(file.clone()),
            ..Settings::default()
        };
        for (provider, profile, key, url, accepted) in [
            ("offline", "one", true, None, true),
            ("openai", "one", true, None, true),
            ("anthropic", "one", true, None, false),
            ("offline", "paid", true, None, false),
            ("openai", "paid", true, None, false),
            ("offline", "own", false, None, true),
            ("offline", "own", true, None, false),
            (
                "offline",
                "own",
                false,
                Some("http://127.0.0.1:1/v1"),
                false,
            ),
        ] {
            match with(provider, profile, key, url).profile() {
                Ok(_) => assert!(accepted, "{provider} {profile}"),
                Err(error) => {
                    assert!(!accepted, "{error}");
                    assert!(error.to_string().contains("sent nowhere else"), "{error}");
                }
            }
        }
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
            embed_api_key: Some(Secret::new("sk-hidden-too")),
            ..Settings::default()
        };
        assert!(!format!("{settings:?}").contains("sk-hidden"));
    }
}
