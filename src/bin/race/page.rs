//! The race that the page shows before a reader trains anything: `race --page www/figures/race/saved.js`.

use flow_lab::device::Engine;
use flow_lab::error::{Error, Result};
use flow_lab::points::Point;
use flow_lab::race::{Method, Race, RaceConfig};
use pollster::block_on;
use serde_json::{Value, json};
use std::path::Path;

/// What is measured, as in the page.
const PARTICLES: usize = 1000;
/// Pairs of data sets that the floor is averaged over, as in the page.
const FLOORS: usize = 5;
/// What is drawn of it.
const SHOWN: usize = 400;
/// Particles whose way is drawn.
const WAYS: usize = 12;
const NFES: [usize; 6] = [1, 2, 4, 8, 16, 32];
/// Steps of training at which the particles of the drifting model are kept: its way is through training.
const MOMENTS: [u64; 16] = [1, 10, 20, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1500, 2500, 5000];

pub fn write(file: &Path) -> Result<()> {
    let config = RaceConfig { methods: Method::ALL[1..].to_vec(), ..RaceConfig::default() };
    let opened = block_on(Engine::Cpu.open())?;
    let mut race = Race::new(config.clone(), &opened)?;
    let drifting = race.methods().iter().position(|m| *m == Method::Drifting);
    let (mut training, mut at) = (Vec::new(), (0, 0));
    loop {
        // The next moment of the drifting model, where it is its turn.
        let slice = match drifting {
            Some(i) if at.0 == i => {
                MOMENTS.iter().find(|&&moment| moment > at.1).map_or(500, |moment| moment - at.1)
            }
            _ => 500,
        };
        let Some(progress) = block_on(race.train(slice))? else { break };
        at = (progress.contestant, progress.step);
        if drifting == Some(at.0) {
            training.extend(ends(&block_on(race.run(at.0, PARTICLES, 1))?.x, WAYS));
        } else if at.1 == config.steps {
            at = (at.0 + 1, 0);
        }
    }
    let lines = race.methods().into_iter().enumerate().map(|(i, method)| line(&race, i, method));
    let lines = lines.collect::<Result<Vec<_>>>()?;
    let (mean, deviation) = race.floor(PARTICLES, FLOORS)?;
    let mut settings = json!(config);
    settings.as_object_mut().expect("a struct").remove("methods");
    let saved = json!({
        "settings": settings,
        "particles": PARTICLES,
        "target": packed(&race.data(PARTICLES)?[..SHOWN]),
        "floor": { "mean": mean, "deviation": deviation },
        "training": packed(&training),
        "lines": lines,
    });
    let note = "// Made by the program race, `race --page` and this file: points are x and y, in hundredths of a unit of the plane.";
    std::fs::write(file, format!("{note}\n\nexport const SAVED = {saved:#};\n"))
        .map_err(|e| Error::data(format!("{}: {e}", file.display())).because(e))
}

/// What is kept of one contestant.
fn line(race: &Race, i: usize, method: Method) -> Result<Value> {
    let runs = NFES.map(|nfe| block_on(race.run(i, PARTICLES, nfe)));
    let runs = runs.into_iter().collect::<Result<Vec<_>>>()?;
    let ways = |frames: &[Point]| {
        frames.chunks(PARTICLES).flat_map(|frame| frame[..WAYS].to_vec()).collect::<Vec<_>>()
    };
    Ok(json!({
        "id": method.id(),
        "label": method.label(),
        "w2": runs.iter().map(|run| run.w2).collect::<Vec<_>>(),
        "straightness": runs.iter().map(|run| run.straightness).collect::<Vec<_>>(),
        "ends": runs.iter().map(|run| packed(&ends(&run.x, SHOWN))).collect::<Vec<_>>(),
        "ways": runs.iter().map(|run| packed(&ways(&run.x))).collect::<Vec<_>>(),
    }))
}

/// The first `n` points of the last frame.
fn ends(x: &[Point], n: usize) -> Vec<Point> {
    x[x.len() - PARTICLES..][..n].to_vec()
}

/// Hundredths of a unit, x and y of each point.
fn packed(points: &[Point]) -> String {
    let hundredths = points.as_flattened().iter().map(|v| ((100.0 * v).round() as i32).to_string());
    hundredths.collect::<Vec<_>>().join(" ")
}
