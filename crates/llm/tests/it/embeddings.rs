//! Vectors from an endpoint, and the built-in ones on real plans.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use llm::{Budget, HashedNgrams, Meter, RetryPolicy, Secret, Settings};
use testkit::{FaultKind, Faults, ServerOptions};

use crate::support::{faulty, quick, server};

fn settings(base_url: String, retry: RetryPolicy) -> Settings {
    Settings {
        embed_model: Some("vectors".into()),
        embed_base_url: Some(base_url),
        retry,
        ..Settings::default()
    }
}

#[tokio::test]
async fn an_endpoint_embeds_in_batches_in_the_order_of_the_texts() {
    let server = server(ServerOptions::default()).await;
    let meter = Meter::new(Budget::default());
    let embedder = settings(server.base_url(), quick())
        .embedder(Arc::clone(&meter))
        .await
        .unwrap();
    assert_eq!((embedder.model(), embedder.dims()), ("vectors", 8));

    let texts: Vec<String> = (0..150).map(|i| format!("text number {i}")).collect();
    let vectors = embedder.embed(&texts).await.unwrap();

    assert_eq!(vectors.len(), 150);
    assert_eq!(
        server.log().answered,
        1 + 3,
        "a probe and three batches of 64"
    );
    let alone = embedder.embed(&texts[140..141]).await.unwrap();
    assert_eq!(alone[0], vectors[140]);
    let length: f32 = alone[0].iter().map(|x| x * x).sum();
    assert!((length - 1.0).abs() < 1e-5);
    assert_eq!(meter.spent().calls, 5);
}

#[tokio::test]
async fn an_endpoint_is_retried_like_a_model() {
    let server = faulty(Faults::new(
        &[FaultKind::ServerError, FaultKind::Reset],
        1.0,
        0,
    ))
    .await;
    let embedder = settings(server.base_url(), quick())
        .embedder(Meter::new(Budget::default()))
        .await;
    assert_eq!(embedder.unwrap().dims(), 8);
    assert_eq!(server.log().received, 4);
}

/// The judge's key went to the embedding server.
#[tokio::test]
async fn an_endpoint_gets_its_own_key_and_never_the_models() {
    let guarded = || ServerOptions {
        required_key: Some("for-vectors".into()),
        ..ServerOptions::default()
    };
    let server = server(guarded()).await;
    let wrong = Settings {
        api_key: Some(Secret::new("for-vectors")),
        ..settings(server.base_url(), quick())
    };
    let meter = || Meter::new(Budget::default());
    let error = wrong.embedder(meter()).await.unwrap_err().to_string();
    assert!(error.contains("PLANRANK_EMBED_API_KEY"), "{error}");
    let right = Settings {
        api_key: Some(Secret::new("for-judging")),
        embed_api_key: Some(Secret::new("for-vectors")),
        ..settings(server.base_url(), quick())
    };
    assert_eq!(right.embedder(meter()).await.unwrap().dims(), 8);
}

#[tokio::test]
async fn an_endpoint_elsewhere_needs_a_price() {
    let elsewhere = settings("http://vectors.invalid/v1".into(), quick());
    let meter = Meter::new(Budget::default());
    let error = elsewhere.embedder(meter).await.unwrap_err().to_string();
    assert!(
        error.contains("price") && error.contains("vectors"),
        "{error}"
    );
}

#[tokio::test]
async fn without_an_endpoint_vectors_are_built_in() {
    let embedder = Settings::default()
        .embedder(Meter::new(Budget::default()))
        .await
        .unwrap();
    assert!(embedder.model().starts_with("hashed-ngrams/1-seed0-"));
    assert_eq!(
        embedder.embed(&["a plan".into()]).await.unwrap()[0].len(),
        embedder.dims()
    );
}

/// Novelty, the mean distance to the 8 nearest, must order real plans alike whatever the seed.
#[test]
fn two_seeds_order_real_plans_by_novelty_alike() {
    let texts = corpus_texts();
    if texts.is_empty() {
        println!("skipped: no corpus of runs beside this checkout (set PLANRANK_CORPUS)");
        return;
    }
    let dims = llm::Embedder::dims(&HashedNgrams::default());
    let novelty: Vec<Vec<f32>> = (0..3)
        .map(|seed| novelty(&texts, &HashedNgrams::new(seed, dims)))
        .collect();
    for other in &novelty[1..] {
        let rho = spearman(&novelty[0], other);
        println!(
            "{} plans, {dims} dimensions: Spearman {rho:.3}",
            texts.len()
        );
        assert!(rho >= 0.8, "{rho}");
    }
}

fn corpus_texts() -> Vec<String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("PLANRANK_CORPUS").map_or(beside, PathBuf::from);
    let Ok(entries) = std::fs::read_dir(root.join("runs")) else {
        return Vec::new();
    };
    let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let zips = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|x| x == "zip"));
    zips.map(|path| run_text(path)).collect()
}

/// About what a plan card holds: the first 4 KiB of each markdown or text part, 24 KiB in all.
fn run_text(path: &Path) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let extension = Path::new(&name).extension();
        if !extension.is_some_and(|it| it == "md" || it == "txt") {
            continue;
        }
        let mut part = Vec::new();
        entry.by_ref().take(4_096).read_to_end(&mut part).unwrap();
        text.push_str(&String::from_utf8_lossy(&part));
    }
    text.chars().take(24 * 1024).collect()
}

fn novelty(texts: &[String], embedder: &HashedNgrams) -> Vec<f32> {
    let vectors: Vec<Vec<f32>> = texts.iter().map(|text| embedder.vector(text)).collect();
    let distances = |at: usize| {
        let others = vectors
            .iter()
            .enumerate()
            .filter(move |(other, _)| *other != at);
        let cosine =
            |other: &[f32]| -> f32 { vectors[at].iter().zip(other).map(|(a, b)| a * b).sum() };
        let mut all: Vec<f32> = others.map(|(_, other)| 1.0 - cosine(other)).collect();
        all.sort_by(f32::total_cmp);
        all.iter().take(8).sum::<f32>() / 8.0
    };
    (0..texts.len()).map(distances).collect()
}

fn spearman(a: &[f32], b: &[f32]) -> f64 {
    let ranks = |values: &[f32]| -> Vec<f64> {
        let below = |x: &f32| values.iter().filter(|y| *y < x).count() as f64;
        values.iter().map(below).collect()
    };
    let squares: f64 = ranks(a)
        .iter()
        .zip(ranks(b))
        .map(|(x, y)| (x - y).powi(2))
        .sum();
    let n = a.len() as f64;
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}
