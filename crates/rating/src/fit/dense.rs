//! Cholesky on matrices of a handful of rows.

pub(crate) type Matrix<const N: usize> = [[f64; N]; N];

/// Solves A·x = b for a symmetric positive definite A; `None` when it isn't.
pub(crate) fn cholesky_solve<const N: usize>(a: &Matrix<N>, b: [f64; N]) -> Option<[f64; N]> {
    let mut factor = *a;
    for row in 0..N {
        for column in 0..=row {
            let dot: f64 = (0..column)
                .map(|k| factor[row][k] * factor[column][k])
                .sum();
            let rest = factor[row][column] - dot;
            if row > column {
                factor[row][column] = rest / factor[column][column];
            } else if rest > 1e-12 * a[row][row].abs() {
                factor[row][row] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    let mut x = b;
    for row in 0..N {
        let dot: f64 = (0..row).map(|k| factor[row][k] * x[k]).sum();
        x[row] = (x[row] - dot) / factor[row][row];
    }
    for row in (0..N).rev() {
        let dot: f64 = (row + 1..N).map(|k| factor[k][row] * x[k]).sum();
        x[row] = (x[row] - dot) / factor[row][row];
    }
    Some(x)
}
