//! Several judges and who of them sits on a pair.
//!
//! A jury has no verdict of its own: each of its judges is a judge of its own in the rating,
//! with its own position effect, cuts and discrimination, so every answer is one comparison.
//! Who sits is decided by the pair's content alone, so that neither an author nor the order of
//! arrival can choose a judge, and a resumed run asks the same ones.

use std::sync::Arc;

use plan::hash::ContentHash;
use sha2::{Digest, Sha256};

use super::{Judge, JudgeFingerprint, JudgeKind};

/// Judges that share the work.
#[derive(Debug, Clone)]
pub struct Jury(Vec<Arc<dyn Judge>>);

impl Jury {
    /// Judges in a fixed order of their fingerprints, each once.
    pub fn new(judges: impl IntoIterator<Item = Arc<dyn Judge>>) -> Self {
        let mut judges: Vec<_> = judges.into_iter().collect();
        judges.sort_by_key(|j| j.fingerprint());
        judges.dedup_by_key(|j| j.fingerprint());
        Self(judges)
    }

    pub fn judges(&self) -> &[Arc<dyn Judge>] {
        &self.0
    }

    /// The jury without judges of the family that wrote a plan (`author_models` are model
    /// names): judges favour their own family by some 13 points. If that would leave nobody,
    /// everybody stays, since a biased verdict that is measured beats none.
    #[must_use]
    pub fn without_families_of(&self, author_models: &[&str]) -> Self {
        let authors: Vec<String> = author_models.iter().map(|m| model_family(m)).collect();
        let is_free = |judge: &Arc<dyn Judge>| match judge.fingerprint() {
            JudgeFingerprint {
                kind: JudgeKind::Model,
                model: Some(model),
                ..
            } => !authors.contains(&model_family(&model)),
            _ => true,
        };
        let free: Vec<_> = self.0.iter().filter(|j| is_free(j)).cloned().collect();
        if free.is_empty() {
            self.clone()
        } else {
            Self(free)
        }
    }

    /// The `seats` judges for a pair, by rendezvous hashing of the unordered pair: each judge
    /// gets an equal share of all pairs, and adding a judge moves only the pairs it takes over.
    pub fn panel(&self, a: ContentHash, b: ContentHash, seats: usize) -> Vec<Arc<dyn Judge>> {
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        let mut ranked: Vec<_> = self
            .0
            .iter()
            .map(|j| (weight(&j.fingerprint(), low, high), j))
            .collect();
        ranked.sort_by_key(|(weight, _)| *weight);
        ranked
            .into_iter()
            .take(seats)
            .map(|(_, j)| Arc::clone(j))
            .collect()
    }
}

fn weight(judge: &JudgeFingerprint, low: ContentHash, high: ContentHash) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in [
        &judge.name,
        judge.model.as_ref().unwrap_or(&judge.name),
        &judge.prompt_version,
    ] {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    hash.update(low.0);
    hash.update(high.0);
    hash.finalize().into()
}

/// The maker's family of a model, from its name ("openrouter/anthropic/claude-…" → "anthropic").
/// An unknown model is a family of its own, by its name without version numbers.
pub fn model_family(model: &str) -> String {
    let name = model.rsplit('/').next().unwrap_or(model).to_lowercase();
    let known = FAMILIES.iter().find(|(prefix, _)| name.starts_with(prefix));
    match known {
        Some((_, family)) => (*family).to_owned(),
        None => name
            .split(|c: char| !c.is_alphabetic())
            .find(|s| !s.is_empty())
            .unwrap_or_default()
            .to_owned(),
    }
}

/// Beginnings of model names. Distilled models count as their teacher's where the name says so.
const FAMILIES: &[(&str, &str)] = &[
    ("chatgpt", "openai"),
    ("claude", "anthropic"),
    ("codestral", "mistral"),
    ("command", "cohere"),
    ("deepseek", "deepseek"),
    ("gemini", "google"),
    ("gemma", "google"),
    ("gpt", "openai"),
    ("grok", "xai"),
    ("llama", "meta"),
    ("magistral", "mistral"),
    ("ministral", "mistral"),
    ("mistral", "mistral"),
    ("mixtral", "mistral"),
    ("nova", "amazon"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("phi", "microsoft"),
    ("qwen", "alibaba"),
    ("qwq", "alibaba"),
];

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use plan::hash::ContentHash;

    use super::*;
    use crate::judge::testing::hash_of;
    use crate::judge::{Contestant, JudgeError, Judged};

    #[derive(Debug)]
    struct Named(&'static str);

    #[async_trait]
    impl Judge for Named {
        fn fingerprint(&self) -> JudgeFingerprint {
            JudgeFingerprint {
                kind: JudgeKind::Model,
                name: self.0.to_owned(),
                version: 1,
                model: Some(self.0.to_owned()),
                prompt_version: "p".to_owned(),
            }
        }

        async fn compare(
            &self,
            _: &Contestant<'_>,
            _: &Contestant<'_>,
        ) -> Result<Judged, JudgeError> {
            Err(JudgeError::SamePlan)
        }
    }

    fn jury(names: &[&'static str]) -> Jury {
        Jury::new(names.iter().map(|n| Arc::new(Named(n)) as Arc<dyn Judge>))
    }

    fn names(judges: &[Arc<dyn Judge>]) -> Vec<String> {
        judges.iter().map(|j| j.fingerprint().name).collect()
    }

    fn pair(i: u32) -> (ContentHash, ContentHash) {
        (hash_of(&format!("a{i}")), hash_of(&format!("b{i}")))
    }

    #[test]
    fn a_model_belongs_to_its_makers_family() {
        for (model, family) in [
            ("gpt-5-mini", "openai"),
            ("o3", "openai"),
            ("openrouter/anthropic/claude-sonnet-4.5", "anthropic"),
            ("Qwen3-30B-A3B", "alibaba"),
            ("google/gemma-3-27b", "google"),
            ("wizard-7b", "wizard"),
            ("", ""),
        ] {
            assert_eq!(model_family(model), family, "{model}");
        }
    }

    #[test]
    fn judges_of_the_authors_family_step_down() {
        let jury = jury(&["gpt-5", "claude-opus", "qwen3"]);
        assert_eq!(
            names(jury.without_families_of(&["gpt-4o"]).judges()),
            ["claude-opus", "qwen3"]
        );
        assert_eq!(
            names(jury.without_families_of(&["gpt-4o", "claude-3"]).judges()),
            ["qwen3"]
        );
        assert_eq!(
            jury.without_families_of(&["gpt-4o", "claude-3", "qwen2"])
                .judges()
                .len(),
            3
        );
    }

    #[test]
    fn the_panel_depends_on_the_unordered_pair_alone() {
        let (one, other) = (
            jury(&["a", "b", "c", "d"]),
            jury(&["d", "b", "a", "c", "a"]),
        );
        for i in 0..100 {
            let (a, b) = pair(i);
            let panel = names(&one.panel(a, b, 2));
            assert_eq!(panel.len(), 2);
            assert_eq!(panel, names(&one.panel(b, a, 2)));
            assert_eq!(panel, names(&other.panel(a, b, 2)));
        }
    }

    #[test]
    fn each_judge_gets_its_share_and_a_new_one_takes_only_its_own() {
        let (before, after) = (jury(&["a", "b", "c"]), jury(&["a", "b", "c", "d"]));
        let mut counts = std::collections::BTreeMap::new();
        for i in 0..3000 {
            let (a, b) = pair(i);
            let (old, new) = (names(&before.panel(a, b, 1)), names(&after.panel(a, b, 1)));
            assert!(new == old || new == ["d"]);
            *counts.entry(old[0].clone()).or_insert(0) += 1;
        }
        assert!(
            counts.values().all(|n| (900..1100).contains(n)),
            "{counts:?}"
        );
    }
}
