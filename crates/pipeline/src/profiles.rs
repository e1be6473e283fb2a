//! The choices of models that a service offers.

use llm::Client;

use crate::service::ProfileInfo;

/// The name of the choice of no model at all.
pub const OFFLINE: &str = "offline";

/// Every choice, one of them the default. Without a language model there is still a draft.
#[derive(Debug, Clone)]
pub struct Profiles {
    offers: Vec<Offer>,
    default: usize,
}

/// One choice.
#[derive(Debug, Clone)]
pub struct Offer {
    pub name: String,
    /// `None` offline.
    pub client: Option<Client>,
}

impl Profiles {
    /// No model: drafts only.
    pub fn offline() -> Self {
        let offline = Offer {
            name: OFFLINE.to_owned(),
            client: None,
        };
        Self {
            offers: vec![offline],
            default: 0,
        }
    }

    /// Offers the models of a client under a name; one that is offered already is replaced.
    #[must_use]
    pub fn with(mut self, name: &str, client: Client) -> Self {
        self.offers.retain(|offer| offer.name != name);
        let offer = Offer {
            name: name.to_owned(),
            client: Some(client),
        };
        // Offline stays last: whoever looks for models finds those first.
        let last = self.offers.len() - 1;
        self.offers.insert(last, offer);
        self.default = self.default.min(last);
        self
    }

    /// Makes an offer the default; `None` when there is none of that name.
    #[must_use]
    pub fn with_default(mut self, name: &str) -> Option<Self> {
        self.default = self.offers.iter().position(|offer| offer.name == name)?;
        Some(self)
    }

    /// The offer of a name, or the default one.
    pub fn get(&self, name: Option<&str>) -> Option<&Offer> {
        match name {
            Some(name) => self.offers.iter().find(|offer| offer.name == name),
            None => self.offers.get(self.default),
        }
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.offers.iter().map(|offer| offer.name.as_str())
    }

    /// What people and agents choose from.
    pub fn list(&self) -> Vec<ProfileInfo> {
        let infos = self.offers.iter().enumerate();
        infos
            .map(|(place, offer)| offer.info(place == self.default))
            .collect()
    }
}

impl Offer {
    fn info(&self, is_default: bool) -> ProfileInfo {
        let models = self.client.iter().flat_map(Client::models);
        let (title, summary) = words(&self.name);
        ProfileInfo {
            name: self.name.clone(),
            title,
            summary,
            models: models.map(|model| model.id.clone()).collect(),
            is_default,
            offline: self.client.is_none(),
        }
    }
}

fn words(name: &str) -> (String, String) {
    let (title, summary) = match name {
        OFFLINE => (
            "Offline draft",
            "No language model: a labelled draft made by rules, free and within seconds.",
        ),
        "baseline" => (
            "Baseline",
            "Cheap and quick models; good for first drafts and many variants.",
        ),
        "premium" => ("Premium", "Careful models at a good price."),
        "frontier" => ("Frontier", "The best models there are, at their price."),
        "local" => (
            "Local",
            "A model on the service's own machine; nothing leaves it.",
        ),
        other => return (other.to_owned(), "The models of this service.".to_owned()),
    };
    (title.to_owned(), summary.to_owned())
}
