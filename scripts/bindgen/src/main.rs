//! `bindgen FILE.wasm OUT [TILE.wat]`: writes what a page loads of an engine, flow_lab.js and flow_lab_bg.wasm, into the folder OUT, and
//! tile.wasm beside them, assembled from TILE.wat.

use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (input, out, tile) = match arguments.as_slice() {
        [input, out] => (input, out, None),
        [input, out, tile] => (input, out, Some(tile)),
        _ => {
            eprintln!("usage: bindgen FILE.wasm OUT [TILE.wat]");
            std::process::exit(2);
        }
    };
    let mut bindgen = Bindgen::new();
    let made = bindgen.input_path(input).web(true).and_then(|it| {
        // A worker loads the file beside the script where it was given no code.
        it.omit_default_module_path(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .typescript(true)
            .generate(out)
    });
    let made = made.map_err(|error| format!("{error:?}")).and_then(|()| {
        let Some(tile) = tile else { return Ok(()) };
        let assembled = wat::parse_file(tile).map_err(|error| error.to_string())?;
        std::fs::write(Path::new(out).join("tile.wasm"), assembled).map_err(|error| error.to_string())
    });
    if let Err(error) = made {
        eprintln!("bindgen: {error}");
        std::process::exit(1);
    }
}
