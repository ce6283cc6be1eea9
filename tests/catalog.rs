//! What JavaScript has of the catalog is the crate's. `FLOW_LAB_WRITE=1` writes it instead.
#![cfg(feature = "cli")]

use flow_lab::catalog::catalog;
use serde_json::Value;
use std::path::Path;

const MADE: &str = "// Made from src/catalog.rs, which says what it means: FLOW_LAB_WRITE=1 cargo test --features cli --test catalog";

fn script(catalog: &Value) -> String {
    let json = serde_json::to_string_pretty(catalog).unwrap();
    format!("{MADE}\n\nexport const CATALOG = Object.freeze({json});\n")
}

/// A union of the values: ids, or the `id` of each.
fn union(list: &Value) -> String {
    let one = |v: &Value| v.get("id").unwrap_or(v).to_string();
    list.as_array().unwrap().iter().map(one).collect::<Vec<_>>().join(" | ")
}

fn types(catalog: &Value) -> String {
    let (lab, digits, emoji) = (&catalog["lab"], &catalog["digits"], &catalog["emoji"]);
    let types = [
        ("Solver", "Solvers of the equation dx/dt = u(x, t); dopri5 is adaptive.", &catalog["solvers"]),
        (
            "Named",
            "The named distributions of the plane, some units across; the lab of the page shows them.",
            &catalog["distributions"],
        ),
        (
            "Path",
            "The conditional path: straight, variance preserving, variance exploding, cosine, curves of one's own.",
            &catalog["paths"],
        ),
        (
            "Coupling",
            "Which x_0 goes with which x_1 of a batch: as drawn, or by optimal transport, exact or entropic.",
            &catalog["couplings"],
        ),
        (
            "Prediction",
            "What the network predicts, or of what the mean square error is taken.",
            &catalog["predictions"],
        ),
        ("TimeSampling", "How t is drawn.", &catalog["times"]),
        ("Tolerance", "Error of an adaptive step, absolute and relative.", &digits["tolerance"]["values"]),
        ("EmojiCategory", "What an emoji is of.", &emoji["categories"]),
        ("EmojiStyle", "Whose drawings an emoji is like.", &emoji["styles"]),
        ("Epsilon", "Sinkhorn's regularization.", &lab["epsilon"]["values"]),
        ("Width", "Width of the hidden layers.", &lab["width"]["values"]),
        ("BatchSize", "Pairs of a training step.", &lab["batch"]["values"]),
        ("LearningRate", "Learning rate of AdamW.", &lab["rate"]["values"]),
        ("Decay", "Decay of the average of the weights.", &lab["ema"]["values"]),
    ];
    let line = |(name, what, list): (&str, &str, &Value)| {
        format!("\n/** {what} */\nexport type {name} = {};\n", union(list))
    };
    format!("{MADE}\n{}", types.map(line).concat())
}

#[test]
fn what_javascript_has_of_the_catalog_is_the_crates() {
    let catalog = catalog();
    for (name, text) in
        [("www/element/catalog.js", script(&catalog)), ("www/api/catalog.d.ts", types(&catalog))]
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("FLOW_LAB_WRITE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap();
        assert!(found == text, "{name} is not what src/catalog.rs says. {MADE}");
    }
}
