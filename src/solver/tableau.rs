//! Butcher tableaux.

use serde::{Deserialize, Serialize};

/// The methods on offer. Every one goes through every law test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// Order 1, 1 evaluation a step (Euler 1768).
    Euler,
    /// Order 2, 2 evaluations a step; the explicit midpoint rule (Runge 1895). Not Heun: the second
    /// evaluation is at the middle and is the whole step's slope.
    Midpoint,
    /// Order 2, 2 evaluations a step; the explicit trapezoid rule (Heun 1900). Not midpoint: the second
    /// evaluation is at the end and both slopes are averaged.
    Heun,
    /// Order 4, 4 evaluations a step; the classical method (Kutta 1901).
    Rk4,
    /// Order 5 with an embedded order 4 for the error, 7 stages of which the first is the last of the
    /// step before (Dormand & Prince 1980, the method of MATLAB's ode45). Steps are chosen by tolerance.
    Dopri5,
}

impl Solver {
    /// All methods.
    pub const ALL: [Self; 5] = [Self::Euler, Self::Midpoint, Self::Heun, Self::Rk4, Self::Dopri5];

    /// The name used in URLs and on command lines.
    pub fn id(self) -> &'static str {
        match self {
            Self::Euler => "euler",
            Self::Midpoint => "midpoint",
            Self::Heun => "heun",
            Self::Rk4 => "rk4",
            Self::Dopri5 => "dopri5",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Euler => "Euler",
            Self::Midpoint => "Midpoint",
            Self::Heun => "Heun",
            Self::Rk4 => "Runge–Kutta 4",
            Self::Dopri5 => "Dormand–Prince 5(4)",
        }
    }

    /// The method with this [`Solver::id`].
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.id() == id)
    }

    /// Whether the method estimates its own error and chooses its steps.
    pub fn is_adaptive(self) -> bool {
        self.tableau().error.is_some()
    }

    /// The method's coefficients.
    pub fn tableau(self) -> &'static Tableau {
        match self {
            Self::Euler => &EULER,
            Self::Midpoint => &MIDPOINT,
            Self::Heun => &HEUN,
            Self::Rk4 => &RK4,
            Self::Dopri5 => &DOPRI5,
        }
    }
}

/// An explicit Runge–Kutta method: k_i = u(x + h Σ a_ij k_j, t + c_i h), x ← x + h Σ b_i k_i.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tableau {
    /// Order of convergence.
    pub order: usize,
    /// Row i has the i weights of the stages before stage i.
    pub a: &'static [&'static [f64]],
    /// Weights of the step.
    pub b: &'static [f64],
    /// Times of the stages, in steps.
    pub c: &'static [f64],
    /// b minus the weights of the embedded method, where there is one: h Σ error_i k_i estimates the error.
    pub error: Option<&'static [f64]>,
    /// Whether the last stage is evaluated at the step's result, so that the next step can reuse it.
    pub first_same_as_last: bool,
}

impl Tableau {
    /// Stages, which is evaluations a step unless the first is reused.
    pub fn stages(&self) -> usize {
        self.b.len()
    }

    /// What is wrong with the coefficients, if anything: lengths, explicitness, row sums equal c, weights
    /// sum to 1, error weights sum to 0, and the reused stage really is at the step's result.
    pub fn defect(&self) -> Option<String> {
        let near = |x: f64, y: f64| (x - y).abs() < 1e-12;
        let n = self.stages();
        if self.a.len() != n || self.c.len() != n || self.error.is_some_and(|e| e.len() != n) {
            return Some(format!("lengths differ: a {}, b {n}, c {}", self.a.len(), self.c.len()));
        }
        for (i, row) in self.a.iter().enumerate() {
            if row.len() != i {
                return Some(format!("row {i} of a has {} entries; an explicit method has {i}", row.len()));
            }
            let sum: f64 = row.iter().sum();
            if !near(sum, self.c[i]) {
                return Some(format!("row {i} of a sums to {sum}, c is {}", self.c[i]));
            }
        }
        let sum: f64 = self.b.iter().sum();
        if !near(sum, 1.0) {
            return Some(format!("b sums to {sum}"));
        }
        if let Some(error) = self.error {
            let sum: f64 = error.iter().sum();
            if !near(sum, 0.0) {
                return Some(format!("error weights sum to {sum}"));
            }
        }
        if self.first_same_as_last && (self.b[n - 1] != 0.0 || self.a[n - 1] != &self.b[..n - 1]) {
            return Some("the last stage is not at the step's result".into());
        }
        None
    }
}

const EULER: Tableau =
    Tableau { order: 1, a: &[&[]], b: &[1.0], c: &[0.0], error: None, first_same_as_last: false };

const MIDPOINT: Tableau = Tableau {
    order: 2,
    a: &[&[], &[0.5]],
    b: &[0.0, 1.0],
    c: &[0.0, 0.5],
    error: None,
    first_same_as_last: false,
};

const HEUN: Tableau = Tableau {
    order: 2,
    a: &[&[], &[1.0]],
    b: &[0.5, 0.5],
    c: &[0.0, 1.0],
    error: None,
    first_same_as_last: false,
};

const RK4: Tableau = Tableau {
    order: 4,
    a: &[&[], &[0.5], &[0.0, 0.5], &[0.0, 0.0, 1.0]],
    b: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
    c: &[0.0, 0.5, 0.5, 1.0],
    error: None,
    first_same_as_last: false,
};

/// Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, table 5.2.
const DOPRI5: Tableau = Tableau {
    order: 5,
    a: &[
        &[],
        &[1.0 / 5.0],
        &[3.0 / 40.0, 9.0 / 40.0],
        &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
        &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
        &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
        &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
    ],
    b: &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0, 0.0],
    c: &[0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0],
    error: Some(&[
        71.0 / 57600.0,
        0.0,
        -71.0 / 16695.0,
        71.0 / 1920.0,
        -17253.0 / 339200.0,
        22.0 / 525.0,
        -1.0 / 40.0,
    ]),
    first_same_as_last: true,
};
