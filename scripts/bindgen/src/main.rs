//! `bindgen FILE.wasm OUT`: writes what a page loads of an engine, flow_lab.js and flow_lab_bg.wasm, into the folder OUT.

use wasm_bindgen_cli_support::Bindgen;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, out] = arguments.as_slice() else {
        eprintln!("usage: bindgen FILE.wasm OUT");
        std::process::exit(2);
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
    if let Err(error) = made {
        eprintln!("bindgen: {error:?}");
        std::process::exit(1);
    }
}
