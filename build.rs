//! Tells tests where the shipped weights are: their file name holds a hash that only the manifest knows.

use std::{env, fs, path::Path};

fn main() {
    let models = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("www/models");
    let manifest = models.join("digits.json");
    println!("cargo:rerun-if-changed={}", manifest.display());
    let text = fs::read_to_string(&manifest).unwrap_or_else(|e| panic!("{}: {e}", manifest.display()));
    let file = text.split("\"file\": \"").nth(1).and_then(|rest| rest.split('"').next());
    let file = file.unwrap_or_else(|| panic!("{} names no file", manifest.display()));
    println!("cargo:rustc-env=FLOW_LAB_WEIGHTS={}", models.join(file).display());
}
