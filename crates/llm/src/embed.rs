//! Texts as vectors, from an endpoint or computed here.

mod endpoint;
mod hashed;

use async_trait::async_trait;

use crate::LlmError;

pub use endpoint::EndpointEmbedder;
pub use hashed::HashedNgrams;

/// Turns texts into unit vectors of [`Embedder::dims`] numbers, in the order of the texts.
#[async_trait]
pub trait Embedder: Send + Sync + std::fmt::Debug {
    /// Names the vector space: vectors of different names must not be compared.
    fn model(&self) -> &str;
    fn dims(&self) -> usize;
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError>;
}

/// Scales `vector` to length 1; a zero vector stays zero.
fn normalise(vector: &mut [f32]) {
    let squares: f64 = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    if squares == 0.0 {
        return;
    }
    let scale = squares.sqrt().recip();
    for x in vector {
        // Vectors are stored as f32; the lost digits are far below their noise.
        #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
        let scaled = (f64::from(*x) * scale) as f32;
        *x = scaled;
    }
}
