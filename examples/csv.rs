//! Learns the distribution of a table and prints new rows of it, in the table's own units.
//! `cargo run --release --example csv -- FILE.csv`; without a file, a small table of its own.

use flow_lab::data::plane::{Distribution, Table, read_csv};
use flow_lab::device::Engine;
use flow_lab::error::{Error, Result};
use flow_lab::lab::{Lab, LabConfig, Sampling};
use flow_lab::solver::Solver;
use pollster::block_on;

/// Points of a parabola, with decimal commas.
fn parabola() -> Vec<u8> {
    let row = |i: i32| {
        let x = f64::from(i - 100) / 50.0;
        format!("{x:.3};{:.3}\n", x * x).replace('.', ",")
    };
    format!("width in cm;area in cm²\n{}", (0..=200).map(row).collect::<String>()).into_bytes()
}

fn main() -> Result<()> {
    let bytes = match std::env::args().nth(1) {
        Some(path) => {
            std::fs::read(&path).map_err(|e| Error::data(format!("{path} cannot be read: {e}")).because(e))?
        }
        None => parabola(),
    };
    let Table::Points(table) = read_csv(&bytes, None)? else {
        return Err(Error::data("more than two columns could be the coordinates; leave two"));
    };
    eprintln!("{} rows. {}", table.rows, table.note);

    let config =
        LabConfig { target: Distribution::Points { points: table.points.encode() }, ..LabConfig::default() };
    let opened = block_on(Engine::Cpu.open())?;
    let mut lab = Lab::new(config, &opened)?;
    let losses = block_on(lab.train(1500))?;
    eprintln!("loss {:.3} at first, {:.3} at last", losses[0], losses[losses.len() - 1]);

    let flow = block_on(lab.flow(20, Sampling::ode(Solver::Midpoint, 8)))?;
    println!("x,y");
    for point in flow.end() {
        let [x, y] = [0, 1].map(|k| table.center[k] + table.scale * f64::from(point[k]));
        println!("{x:.3},{y:.3}");
    }
    Ok(())
}
