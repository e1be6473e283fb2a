//! The logistic function and its logarithm, exact at both extremes.
//!
//! Exponentials come from `libm` in Rust, not from the system's C library, so that a
//! rating has the same bits on every machine.

/// σ(x) = 1 / (1 + e^−x), without overflow and with full relative precision for x ≪ 0.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

/// log σ(x), without cancellation at either end. `log_sigmoid(∞)` is 0.
pub fn log_sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        -libm::log1p(libm::exp(-x))
    } else {
        x - libm::log1p(libm::exp(x))
    }
}
