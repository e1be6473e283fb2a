//! Cholesky on matrices of a handful of rows.

pub(crate) type Matrix<const N: usize> = [[f64; N]; N];

/// Solves A·x = b for a symmetric positive definite A; `None` when it isn't.
pub(crate) fn cholesky_solve<const N: usize>(a: &Matrix<N>, b: [f64; N]) -> Option<[f64; N]> {
    let (mut factor, mut x) = (*a, b);
    solve_in_place(&mut factor, &mut x)?;
    Some(x)
}

/// The same for a size known at run time only: `a` becomes its factor, `x` turns from the
/// right-hand side into the solution.
pub(crate) fn solve_in_place<R>(a: &mut [R], x: &mut [f64]) -> Option<()>
where
    R: AsRef<[f64]> + AsMut<[f64]>,
{
    let size = x.len();
    for row in 0..size {
        for column in 0..=row {
            let (upper, lower) = (a[column].as_ref(), a[row].as_ref());
            let dot: f64 = (0..column).map(|k| lower[k] * upper[k]).sum();
            let whole = lower[column];
            let rest = whole - dot;
            let root = upper[column];
            a[row].as_mut()[column] = if row > column {
                rest / root
            } else if rest > 1e-12 * whole.abs() {
                rest.sqrt()
            } else {
                return None;
            };
        }
    }
    for row in 0..size {
        let factor = a[row].as_ref();
        let dot: f64 = (0..row).map(|k| factor[k] * x[k]).sum();
        x[row] = (x[row] - dot) / factor[row];
    }
    for row in (0..size).rev() {
        let dot: f64 = (row + 1..size).map(|k| a[k].as_ref()[row] * x[k]).sum();
        x[row] = (x[row] - dot) / a[row].as_ref()[row];
    }
    Some(())
}
