//! `bindgen FILE.wasm OUT [--fused]`: writes what a page loads of an engine, flow_lab.js and flow_lab_bg.wasm, into the folder OUT;
//! `--fused`: flow_lab_fused.wasm too, the same with fused multiplication and addition.

mod fuse;

use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Fewer pairs mean that something no longer looks as it did, and that nothing is gained.
const FEWEST: usize = 100;

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let fused = arguments.pop_if(|last| last == "--fused").is_some();
    let [input, out] = arguments.as_slice() else {
        eprintln!("usage: bindgen FILE.wasm OUT [--fused]");
        std::process::exit(2);
    };
    if let Err(error) = run(input, out, fused) {
        eprintln!("bindgen: {error}");
        std::process::exit(1);
    }
}

fn run(input: &str, out: &str, fused: bool) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    let made = bindgen.input_path(input).web(true).and_then(|it| {
        // A worker loads the file beside the script where it was given no code.
        it.omit_default_module_path(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .typescript(true)
            .generate_output()
    });
    let mut made = made.map_err(|error| format!("{error:?}"))?;
    made.emit(out).map_err(|error| format!("{error:?}"))?;
    if fused {
        let count = fuse::fuse(made.wasm_mut());
        if count < FEWEST {
            return Err(format!("only {count} multiplications and additions could be fused"));
        }
        let file = Path::new(out).join("flow_lab_fused.wasm");
        std::fs::write(file, made.wasm_mut().emit_wasm()).map_err(|error| error.to_string())?;
        println!("{count} multiplications and additions fused");
    }
    Ok(())
}
