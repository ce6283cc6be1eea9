//! The programs in examples/, as a person runs them: each is started, and what it prints is read.
#![cfg(feature = "cli")]

use std::path::PathBuf;
use std::process::Command;

/// What the example `name` prints.
fn printed(name: &str) -> String {
    let tests = std::env::current_exe().unwrap();
    let mut program: PathBuf = tests.parent().unwrap().parent().unwrap().join("examples").join(name);
    program.set_extension(std::env::consts::EXE_EXTENSION);
    let output = Command::new(&program).output().unwrap_or_else(|e| {
        panic!("{} cannot be run ({e}): cargo test --examples builds it", program.display())
    });
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The number after `label` in each line that has it.
fn numbers(text: &str, label: &str) -> Vec<f64> {
    let number = |rest: &str| {
        let end = rest.find(|c: char| !"0123456789.e-".contains(c)).unwrap_or(rest.len());
        rest[..end].parse().unwrap_or_else(|_| panic!("no number after {label:?} in {text}"))
    };
    text.lines().filter_map(|line| line.split_once(label)).map(|(_, rest)| number(rest)).collect()
}

/// Two sets of 500 points of the moons are some 0.3 apart; the Gaussian is 2.5 from them.
#[test]
fn two_moons_are_learned() {
    let w2 = numbers(&printed("two_moons"), "W2 to fresh data ");
    assert_eq!(w2.len(), 4);
    assert!(w2[3] < 0.7 && w2[3] < w2[0], "{w2:?}");
}

/// With weight 3 classes are narrower than with 1, by networks as by exact fields.
#[test]
fn guidance_narrows() {
    let text = printed("guidance");
    let rows: Vec<Vec<f64>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("weight"))
        .map(|line| {
            let number = |cell: &str| cell.trim().trim_end_matches(" %").parse().unwrap();
            line.split('|')
                .skip(2)
                .take(3)
                .flat_map(|cell| cell.split(',').map(number).collect::<Vec<_>>())
                .collect()
        })
        .collect();
    assert_eq!(rows.len(), 5, "{text}");
    let (one, three) = (&rows[0], &rows[4]);
    for spread in [2, 8] {
        assert!(three[spread] < 0.8 * one[spread], "{text}");
    }
    assert!(one[1] < 0.3 && one[7] < 0.3, "without guidance both are near the data: {text}");
}

/// The rows lie near the parabola y = x² of the table, in its units.
#[test]
fn a_table_is_learned() {
    let text = printed("csv");
    let rows: Vec<[f64; 2]> = text
        .lines()
        .skip(1)
        .map(|line| {
            let (x, y) = line.split_once(',').unwrap();
            [x.parse().unwrap(), y.parse().unwrap()]
        })
        .collect();
    assert_eq!(rows.len(), 20, "{text}");
    let far = rows.iter().filter(|[x, y]| (y - x * x).abs() > 0.6 || x.abs() > 2.5).count();
    assert!(far <= 2, "{far} of 20 rows are far from the parabola: {text}");
}

/// With 8 steps over a quarter turn a method of order p errs by about (τ/32)^(p+1) × 8.
#[test]
fn every_solver_turns_a_quarter() {
    let text = printed("own_field");
    let errors = numbers(&text, "largest error ");
    assert_eq!(errors.len(), 5, "{text}");
    for (error, bound) in errors.iter().zip([0.5, 0.05, 0.05, 2e-4, 2e-4]) {
        assert!(*error > 0.0 && *error < bound, "{text}");
    }
    assert_eq!(numbers(&text, ": ")[..4], [8.0, 16.0, 16.0, 32.0], "{text}");
}

#[test]
fn a_digit_is_drawn() {
    let text = printed("digits");
    assert!(text.ends_with("16 evaluations\n"), "{text}");
    let ink = text.chars().filter(|&c| c == '█').count();
    assert!((10..200).contains(&ink) && text.lines().count() == 15, "{text}");
}

/// Three digits where particles end, in the square where codes lie.
#[test]
fn particles_are_decoded() {
    let text = printed("latent");
    let places = numbers(&text, "at (");
    assert!(places.len() == 3 && places.iter().all(|x| x.abs() < 7.0), "{text}");
    assert!(text.chars().filter(|&c| c == '▓' || c == '█').count() > 30, "{text}");
}

/// At one evaluation the flow lands near the mean of the data; the map does not.
#[test]
fn a_flow_map_needs_fewer_evaluations() {
    let text = printed("flow_map");
    let (flow, map) =
        (numbers(&text, "flow matching, 1 evaluations: W2 "), numbers(&text, "model, 1 evaluations: W2 "));
    assert!(map[0] < 0.8 * flow[0], "{text}");
}

/// A learned density cannot beat the true one in the mean (Gibbs), but for the draws' own error.
#[test]
fn a_log_likelihood_is_near_the_exact_one() {
    let text = printed("log_likelihood");
    let (learned, exact) = (numbers(&text, "draws: ")[0], numbers(&text, "learned, ")[0]);
    assert!(learned < exact + 0.05 && learned > exact - 0.5, "{text}");
}
