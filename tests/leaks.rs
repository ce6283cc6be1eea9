//! What is made and dropped leaves memory where it was. By itself, because other tests of a program would allocate beside it.
#![cfg(feature = "cli")]

use flow_lab::device::Engine;
use flow_lab::lab::{Lab, LabConfig};
use pollster::block_on;

/// Memory in use, in MB; `None` where the system does not say.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1000.0)
}

/// 4,000 labs that are never trained, each with weights loaded, took 40 MB.
#[test]
fn labs_that_are_never_trained() {
    let opened = block_on(Engine::Cpu.open()).unwrap();
    let lab = || Lab::new(LabConfig { width: 16, depth: 1, ..LabConfig::default() }, &opened).unwrap();
    let weights = block_on(lab().weights()).unwrap();
    let some = |n: usize| (0..n).for_each(|_| lab().load(&weights).unwrap());
    some(200);
    let Some(before) = resident() else {
        println!("SKIPPED: this system does not say how much memory a process uses");
        return;
    };
    some(4000);
    let grown = resident().unwrap() - before;
    assert!(grown < 4.0, "{grown:.1} MB more");
}
