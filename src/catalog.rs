//! What the page and the package offer, said once: ids, names, domains, defaults and presets.
//!
//! `www/element/catalog.js` and the package's types are made from it by `FLOW_LAB_WRITE=1 cargo test --features cli --test catalog`;
//! that test fails where they differ. What is offered is within what the core takes: its own checks are wider where a program may
//! want more.

use crate::classes::{CLASSES, ClassesConfig, Guide, LEAST_INPUT};
use crate::comparison::Diffusion;
use crate::data::plane::{Distribution, PointSet};
use crate::distillation::DistillationConfig;
use crate::field::Guidance;
use crate::lab::{CouplingKind, LabConfig, PathKind, TimeKind};
use crate::path::Prediction;
use crate::race::{Method, RaceConfig};
use crate::session::{MAX_DIGITS, most_images};
use crate::solver::{Scheme, Solver};
use serde::Serialize;
use serde_json::{Value, json};

/// A whole range: `{min, max, initial}`.
fn range(min: f64, max: f64, initial: f64) -> Value {
    json!({ "min": min, "max": max, "initial": initial })
}

/// Single values: `{values, initial}`.
fn values(values: impl Serialize, initial: impl Serialize) -> Value {
    json!({ "values": values, "initial": initial })
}

fn named(id: &str, label: &str) -> Value {
    json!({ "id": id, "label": label })
}

/// The catalog:
///
/// - `solvers`: `{id, label, adaptive, stages, order, stochastic}` of each [`Solver`]; the last: whether noise can be added
/// - `distributions`, `methods`: `{id, label}` of each [`Distribution`] that needs nothing but its name, and of each few-step
///   [`Method`]
/// - `paths`, `couplings`, `predictions`, `times`, `diffusions`: ids
/// - `digits`, `fewStep`, `emoji`, `lab`, `guidance`, `latent`, `race`, `distillation`: a domain for each setting, `{min, max, initial}` or `{values, initial}`, and
///   other defaults
pub fn catalog() -> Value {
    let solver = |s: Solver| {
        json!({
            "id": s.id(), "label": s.label(), "adaptive": s.is_adaptive(),
            "stages": s.tableau().stages(), "order": s.tableau().order, "stochastic": Scheme::of(s).is_some(),
        })
    };
    json!({
        "solvers": Solver::ALL.map(solver),
        "distributions": Distribution::NAMED.map(|d| named(d.id(), d.label())),
        "methods": Method::ALL[1..].iter().map(|m| named(m.id(), m.label())).collect::<Vec<_>>(),
        "paths": PathKind::ALL,
        "couplings": CouplingKind::ALL,
        "predictions": Prediction::ALL,
        "times": TimeKind::ALL,
        "diffusions": Diffusion::ALL,
        "seed": range(0.0, f64::from(u32::MAX), 1.0),
        "digits": digits(),
        "fewStep": few_step(),
        "emoji": emoji(),
        "lab": lab(),
        "guidance": guidance(),
        "latent": latent(),
        "race": race(),
        "distillation": distillation(),
    })
}

/// How the velocity network of the digits is run: the preset is what `evaluate` measured (www/models/MODEL_CARD.md).
fn digits() -> Value {
    let Guidance { weight, from, to } = Guidance::PRESET;
    json!({
        "most": MAX_DIGITS,
        "class": range(0.0, 9.0, 0.0),
        "grid": values([1, 4, 16, 64], 16),
        "solver": Solver::Midpoint.id(),
        "steps": range(1.0, 64.0, 8.0),
        "tolerance": values([0.1, 0.01, 0.001, 0.0001], 0.01),
        "guidance": { "weight": range(0.0, 6.0, weight), "from": range(0.0, 1.0, from), "to": range(0.0, 1.0, to) },
    })
}

/// How the few-step network is run.
fn few_step() -> Value {
    json!({ "steps": range(1.0, 64.0, 4.0) })
}

/// What the emoji networks were trained on: categories (Unicode's groups) and styles, in the order of their classes, and how they are run.
fn emoji() -> Value {
    let categories = [
        ("smileys", "smileys"),
        ("people", "people"),
        ("animals", "animals and nature"),
        ("food", "food and drink"),
        ("travel", "travel and places"),
        ("activities", "activities"),
        ("objects", "objects"),
        ("symbols", "symbols"),
        ("flags", "flags"),
    ];
    let styles = [
        ("noto", "Noto"),
        ("noto-v1", "Noto v1"),
        ("fluent", "Fluent"),
        ("fluent-flat", "Fluent flat"),
        ("twemoji", "Twemoji"),
        ("fxemojis", "FxEmojis"),
        ("streamline", "Streamline"),
    ];
    json!({
        "most": most_images(64 * 64 * 3),
        "categories": categories.map(|(id, label)| named(id, label)),
        "styles": styles.map(|(id, label)| named(id, label)),
        "count": values([1, 4, 16], 4),
        "mix": range(0.0, 1.0, 0.0),
        "nfe": values([1, 2, 4, 8, 16, 32], 4),
        "guidance": range(1.0, 6.0, 3.0),
        "restyle": { "guidance": range(1.0, 4.0, 1.5), "strength": range(0.1, 1.0, 1.0) },
    })
}

fn lab() -> Value {
    let lab = LabConfig::default();
    json!({
        "source": lab.source.id(),
        "target": lab.target.id(),
        "path": lab.path,
        "curves": lab.curves,
        "sigmaMin": range(0.0, 0.5, lab.sigma_min),
        "coupling": lab.coupling,
        "epsilon": values([0.01, 0.03, 0.1, 0.3, 1.0, 3.0], lab.epsilon),
        "width": values([16, 32, 64, 128, 256], lab.width),
        "depth": range(1.0, 6.0, lab.depth as f64),
        "batch": values([32, 64, 128, 256, 512, 1024], lab.batch),
        "rate": values([0.0001, 0.0003, 0.001, 0.002, 0.005, 0.01, 0.03], lab.rate),
        "predicts": lab.predicts,
        "loss": lab.loss,
        "time": lab.time,
        "ema": values([0.0, 0.9, 0.99, 0.999, 0.9999], lab.ema),
        "until": range(1.0, 100_000.0, 5000.0),
        "solver": Solver::Euler.id(),
        "steps": range(1.0, 100.0, 20.0),
        "noise": range(0.0, 10.0, 0.0),
        "particles": values([200, 500, 1000, 2000, 5000, 10_000], 2000),
    })
}

fn guidance() -> Value {
    let classes = ClassesConfig::default();
    json!({
        "guides": Guide::ALL,
        "classes": CLASSES,
        "least": LEAST_INPUT,
        "scale": range(0.0, 6.0, 1.5),
        "steps": range(1.0, 64.0, 32.0),
        "until": range(100.0, 20_000.0, 3000.0),
        "width": values([16, 32, 64, 128], classes.width),
        "batch": classes.batch,
        "rate": classes.rate,
        "dropped": classes.dropped,
        "ema": classes.ema,
    })
}

fn latent() -> Value {
    let lab = LabConfig::default();
    let reach = f64::from(PointSet::HALF);
    json!({
        "x": range(-reach, reach, 0.0),
        "y": range(-reach, reach, 0.0),
        "steps": range(1.0, 64.0, 32.0),
        "until": range(100.0, 20_000.0, 3000.0),
        "width": values([16, 32, 64, 128], lab.width),
    })
}

fn race() -> Value {
    let race = RaceConfig::default();
    json!({
        "source": race.source.id(),
        "target": race.target.id(),
        "methods": race.methods.iter().map(|m| m.id()).collect::<Vec<_>>(),
        "rounds": range(1.0, 3.0, 1.0),
        "steps": values([500, 1000, 2000, 5000, 10_000, 20_000], race.steps),
        "width": values([32, 64, 128], race.width),
        "alphas": [1.0, 0.75, 0.5, 0.25, 0.1, 0.0],
        "nfe": values([1, 2, 4, 8, 16, 32], 1),
        "depth": race.depth,
        "batch": race.batch,
        "rate": race.rate,
        "ema": race.ema,
    })
}

fn distillation() -> Value {
    let it = DistillationConfig::default();
    json!({
        "images": values([100, 200, 500, 1000, 2000], it.images),
        "steps": values([20, 100, 300, 600, 1000, 2000], it.steps),
        "batch": values([10, 20, 40, 60], it.batch),
        "rate": it.rate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that a domain offers: all of them, or its ends.
    fn offered(domain: &Value) -> Vec<f64> {
        let list = |v: &Value| v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        match domain.get("values") {
            Some(values) => list(values),
            None => ["min", "max"].map(|end| domain[end].as_f64().unwrap()).to_vec(),
        }
    }

    /// Whatever is offered, the core takes: each value alone, beside the defaults.
    #[test]
    fn what_is_offered_is_valid() {
        let all = catalog();
        type Set<T> = fn(&mut T, f64);
        let lab: [(&str, Set<LabConfig>); 7] = [
            ("sigmaMin", |c, v| c.sigma_min = v),
            ("epsilon", |c, v| {
                c.epsilon = v;
                c.coupling = CouplingKind::Sinkhorn;
            }),
            ("width", |c, v| c.width = v as usize),
            ("depth", |c, v| c.depth = v as usize),
            ("batch", |c, v| c.batch = v as usize),
            ("rate", |c, v| c.rate = v),
            ("ema", |c, v| c.ema = v),
        ];
        for (key, set) in lab {
            for value in offered(&all["lab"][key]) {
                let mut config = LabConfig::default();
                set(&mut config, value);
                assert!(config.validate().is_ok(), "lab {key} {value}");
            }
        }
        let race: [(&str, Set<RaceConfig>); 2] =
            [("steps", |c, v| c.steps = v as u64), ("width", |c, v| c.width = v as usize)];
        for (key, set) in race {
            for value in offered(&all["race"][key]) {
                let mut config = RaceConfig::default();
                set(&mut config, value);
                assert!(config.validate().is_ok(), "race {key} {value}");
            }
        }
        for alpha in all["race"]["alphas"].as_array().unwrap() {
            assert!(
                RaceConfig { alpha: alpha.as_f64(), ..RaceConfig::default() }.validate().is_ok(),
                "α {alpha}"
            );
        }
        for width in offered(&all["latent"]["width"]) {
            assert!(
                LabConfig { width: width as usize, ..LabConfig::default() }.validate().is_ok(),
                "{width}"
            );
        }
        let distillation: [(&str, Set<DistillationConfig>); 3] = [
            ("images", |c, v| c.images = v as usize),
            ("steps", |c, v| c.steps = v as u64),
            ("batch", |c, v| c.batch = v as usize),
        ];
        for (key, set) in distillation {
            for value in offered(&all["distillation"][key]) {
                let mut config = DistillationConfig::default();
                set(&mut config, value);
                assert!(config.validate().is_ok(), "distillation {key} {value}");
            }
        }
        for weight in offered(&all["digits"]["guidance"]["weight"]) {
            assert!(Guidance { weight, ..Guidance::PRESET }.validate().is_ok(), "guidance {weight}");
        }
    }

    /// An initial value is one that is offered.
    #[test]
    fn what_it_begins_with_is_offered() {
        fn check(path: &str, value: &Value) {
            let Some(fields) = value.as_object() else { return };
            if let Some(initial) = fields.get("initial") {
                let initial = initial.as_f64().unwrap();
                let inside = match fields.get("values") {
                    Some(_) => offered(value).contains(&initial),
                    None => offered(value)[0] <= initial && initial <= offered(value)[1],
                };
                assert!(inside, "{path}: {value}");
            }
            for (key, value) in fields {
                check(&format!("{path}.{key}"), value);
            }
        }
        check("catalog", &catalog());
    }
}
