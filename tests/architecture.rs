//! Holds the arrows of DESIGN.md: a module uses only modules on lower levels. Reads the sources as text.
#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};

/// Level of each room; modules of one level do not use each other.
const LEVELS: [&[&str]; 9] = [
    &["error", "rng"],
    &["device", "ops", "points", "assignment"],
    &["field"],
    &["data", "coupling", "path", "net", "solver", "metrics"],
    &["inpaint"],
    &["loss", "train", "sample", "weights", "marginal", "likelihood"],
    &["session", "distillation", "lab", "classes", "latent", "race", "comparison"],
    &["catalog"],
    &["web", "bin"],
];

/// Arrows inside a level, each with its reason.
const WITHIN: [(&str, &str); 3] = [
    ("train", "loss"),           // a step is a loss and its gradient
    ("distillation", "session"), // draws as many digits at a time
    ("race", "lab"),             // a race begins from a lab's settings
];

fn level(room: &str) -> usize {
    LEVELS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("src/{room} has no level: add it to DESIGN.md and to this test"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// The room of a file: the first folder or file name below src.
fn room(file: &Path, src: &Path) -> String {
    let first = file.strip_prefix(src).unwrap().components().next().unwrap();
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_string()
}

/// Rooms named after `prefix` ("crate::") in a source text.
fn used(text: &str, prefix: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split(prefix).skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .collect()
}

#[test]
fn arrows_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut arrows = 0;
    for file in sources(&src) {
        let from = room(&file, &src);
        if from == "lib" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for to in used(&text, "crate::").into_iter().chain(used(&text, "flow_lab::")) {
            if to == from {
                continue;
            }
            arrows += 1;
            let allowed = level(&to) < level(&from) || WITHIN.contains(&(from.as_str(), to.as_str()));
            assert!(allowed, "{} uses {to}, which is not below {from}", file.display());
        }
    }
    assert!(arrows > 40, "only {arrows} arrows were found: this test no longer sees the sources");
}

/// The files beside it that a source names: by `super::file` or in `super::{…}`.
fn beside(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let after = lines.flat_map(|line| line.split("super::").skip(1));
    let names = after.flat_map(|rest| match rest.strip_prefix('{') {
        Some(list) => list.split(['}', ';']).next().unwrap_or("").split(',').collect::<Vec<_>>(),
        None => vec![rest],
    });
    names.map(|name| name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

/// Inside a room too arrows go one way: no two files name each other.
#[test]
fn no_two_files_name_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut arrows = Vec::new();
    for file in sources(&src) {
        let stem = file.file_stem().unwrap().to_string_lossy().to_string();
        // What a folder's mod.rs offers to the files in it is above them; src/ itself is what the levels are for.
        if stem == "mod" || file.parent() == Some(&src) {
            continue;
        }
        for name in beside(&fs::read_to_string(&file).unwrap()) {
            if file.with_file_name(&name).with_extension("rs").exists() || file.with_file_name(&name).is_dir()
            {
                arrows.push((file.parent().unwrap().to_path_buf(), stem.clone(), name));
            }
        }
    }
    assert!(
        arrows.len() > 20,
        "only {} arrows were found: this test no longer sees the sources",
        arrows.len()
    );
    for (folder, from, to) in &arrows {
        let back = arrows.iter().any(|(f, a, b)| (f, a, b) == (folder, to, from));
        assert!(!back, "{}: {from} and {to} name each other", folder.display());
    }
}

#[test]
fn only_one_room_names_a_backend() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in sources(&src) {
        let text = fs::read_to_string(&file).unwrap();
        let names = ["Device::flex", "Device::wgpu", "Device::vulkan", "Device::cuda"];
        let named =
            text.lines().any(|l| !l.trim_start().starts_with("//") && names.iter().any(|n| l.contains(n)));
        let in_tests =
            text.find("#[cfg(test)]").is_some_and(|at| !names.iter().any(|n| text[..at].contains(n)));
        assert!(
            !named || in_tests || file.starts_with(src.join("device")),
            "{} names a backend",
            file.display()
        );
    }
}

#[test]
fn the_library_and_the_scripts_pin_the_same_wasm_bindgen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scripts = fs::read_to_string(root.join("scripts/lib.sh")).unwrap();
    let version = scripts.split("WASM_BINDGEN_VERSION=").nth(1).unwrap().lines().next().unwrap();
    for (manifest, name) in
        [("Cargo.toml", "wasm-bindgen"), ("scripts/bindgen/Cargo.toml", "wasm-bindgen-cli-support")]
    {
        let text = fs::read_to_string(root.join(manifest)).unwrap();
        assert!(text.contains(&format!("{name} = \"={version}\"")), "{manifest} does not pin {version}");
    }
}

/// Cargo.toml names what Burn pins too: a second version would be another type, and twice the download.
#[test]
fn there_is_one_version_of_each_package_of_the_gpu() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    for name in [
        "burn",
        "burn-cubecl",
        "burn-flex",
        "burn-wgpu",
        "cubecl",
        "cubecl-wgpu",
        "wgpu",
        "web-sys",
        "js-sys",
    ] {
        let line = format!("name = \"{name}\"");
        assert_eq!(lock.lines().filter(|l| *l == line).count(), 1, "versions of {name} in Cargo.lock");
    }
}
