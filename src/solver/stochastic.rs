//! Solvers of dx = f(x, t) dt + g(t) dW, with W a standard Brownian motion in each coordinate. As g does not depend on x, the integrals of
//! Itô and of Stratonovich are the same.

use super::state::State;
use super::tableau::Solver;

/// How a step is made. Orders are weak: of the error of moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Order 1, 1 evaluation a step (Maruyama 1955).
    EulerMaruyama,
    /// Order 2 where g does not depend on x, 2 evaluations a step: both slopes are averaged, and so are both g (Kloeden & Platen 1992,
    /// section 15.1).
    Heun,
}

impl Scheme {
    /// The scheme that is `solver` where g = 0, if there is one here.
    pub fn of(solver: Solver) -> Option<Self> {
        match solver {
            Solver::Euler => Some(Self::EulerMaruyama),
            Solver::Heun => Some(Self::Heun),
            Solver::Midpoint | Solver::Rk4 | Solver::Dopri5 => None,
        }
    }

    /// Evaluations of f a step.
    pub fn evaluations(self) -> usize {
        match self {
            Self::EulerMaruyama => 1,
            Self::Heun => 2,
        }
    }

    /// The state a step of `h` > 0 after `x` at `t`; `z` holds a draw from N(0, 1) for each coordinate, independent of all earlier ones.
    pub fn step<S: State>(
        self,
        f: impl Fn(&S, f64) -> S,
        g: impl Fn(f64) -> f64,
        x: &S,
        [t, h]: [f64; 2],
        z: &S,
    ) -> S {
        let root = h.sqrt();
        let first = f(x, t);
        let ahead = x.plus(&[(h, &first), (g(t) * root, z)]);
        match self {
            Self::EulerMaruyama => ahead,
            Self::Heun => {
                let second = f(&ahead, t + h);
                let noise = 0.5 * (g(t) + g(t + h)) * root;
                x.plus(&[(0.5 * h, &first), (0.5 * h, &second), (noise, z)])
            }
        }
    }
}
