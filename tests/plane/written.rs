//! Distributions as they are written: settings, texts, encoded points.

use super::{documented, draw, text};
use flow_lab::data::plane::{Distribution, PointSet};
use flow_lab::error::{Kind, Result};
use flow_lab::points::{Point, bounds};
use flow_lab::rng::{Rng, Stream};

#[test]
fn settings_are_read_and_written() {
    for (distribution, ..) in documented() {
        let json = serde_json::to_string(&distribution).unwrap();
        assert_eq!(serde_json::from_str::<Distribution>(&json).unwrap(), distribution, "{json}");
        assert!(json.contains(&format!("\"kind\":\"{}\"", distribution.id())), "{json}");
        assert!(!distribution.label().is_empty());
    }
    assert_eq!(serde_json::to_string(&text("Hi")).unwrap(), r#"{"kind":"text","text":"Hi"}"#);
    let refused = |json: &str, word: &str| {
        let e = serde_json::from_str::<Distribution>(json).unwrap_err().to_string();
        assert!(e.contains(word), "{json}: {e}");
    };
    refused(r#"{"kind":"moon"}"#, "\"moon\" is no distribution; choose gaussian,");
    refused(r#"{"kind":"moons","text":"x"}"#, "\"moons\" needs its kind and nothing else");
    refused(r#"{"kind":"gaussian","noise":1}"#, "unknown field `noise`");
    refused(r#"{"kind":"text"}"#, "\"text\" needs its kind, a \"text\"");
    refused(r#"{"kind":"points","text":"1AAAA"}"#, "encoded \"points\"");
    refused(r#"{"kind":"published"}"#, "a \"set\"");
    refused(r#"{"kind":"published","set":"sun"}"#, "unknown variant `sun`");
    refused(r#"{"text":"x"}"#, "missing field `kind`");
}

/// The letters as a person sees them: cells of the ink's own size that were hit. The picture is that of the
/// font's C header (dhepper/font8x8): F is 7F 46 16 1E 16 06 0F 00, l is 0E 0C 0C 0C 0C 0C 1E 00.
#[test]
fn a_text_is_drawn_upright_and_in_reading_order() {
    let side = 10.0 / 13.0;
    let mut seen = [[b'.'; 13]; 7];
    for [x, y] in draw(&text("Fl"), 4000, 7) {
        let (column, row) = (((x + 5.0) / side) as usize, ((3.5 * side - y) / side) as usize);
        seen[row.min(6)][column.min(12)] = b'#';
    }
    let picture: Vec<&str> = seen.iter().map(|row| std::str::from_utf8(row).unwrap()).collect();
    let expected = [
        "#######..###.",
        ".##...#...##.",
        ".##.#.....##.",
        ".####.....##.",
        ".##.#.....##.",
        ".##.......##.",
        "####.....####",
    ];
    assert_eq!(picture, expected, "{picture:#?}");
}

#[test]
fn texts_are_centered_and_fill_their_box() {
    for (written, half) in
        [("I", [5.0 * 4.0 / 7.0, 5.0]), ("-", [5.0, 5.0 / 6.0]), ("WWWWWWWWWWWW", [5.0, 5.0 * 7.0 / 95.0])]
    {
        let (low, high) = bounds(&draw(&text(written), 100_000, 8)).unwrap();
        for k in 0..2 {
            // The farthest of 100,000 draws is within 1e-3 of an edge, and never beyond but for rounding.
            assert!((f64::from(high[k]) - half[k]).abs() < 2e-3 * half[k].max(1.0), "{written} {high:?}");
            assert!((f64::from(low[k]) + half[k]).abs() < 2e-3 * half[k].max(1.0), "{written} {low:?}");
        }
    }
    // Blanks around are no ink; umlauts and Greek letters are in the font.
    assert_eq!(draw(&text("A"), 50, 9), draw(&text("  A "), 50, 9));
    for written in ["Ü", "λ", "a b", "αβ", "12 letters!!"] {
        assert!(text(written).sampler().is_ok(), "{written}");
    }
}

#[test]
fn texts_that_cannot_be_drawn_say_why() {
    for (written, word) in [
        ("", "no ink"),
        ("   ", "no ink"),
        ("thirteen char", "has 13 characters; use at most 12"),
        ("a流", "'流' is not in the font"),
        ("e\u{301}", "is not in the font"),
        ("a\tb", "'\\t' is not in the font"),
    ] {
        let e = text(written).sampler().unwrap_err();
        assert_eq!(e.kind(), Kind::Config);
        assert!(e.to_string().contains(word), "{written:?}: {e}");
    }
}

#[test]
fn points_survive_their_text() {
    let step = 12.0 / 4095.0;
    let mut rng = Rng::new(10, Stream::Data);
    for round in 0..300 {
        let n = if round == 0 { 2000 } else { 1 + rng.index(60) };
        let mut coordinate = |_| 12.0 * rng.uniform() - 6.0;
        let x: Vec<Point> = (0..n).map(|_| [0, 1].map(&mut coordinate)).collect();
        let set = PointSet::new(x.clone()).unwrap();
        let encoded = set.encode();
        assert_eq!(encoded.len(), 1 + 4 * n);
        assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{encoded}");
        let decoded = PointSet::decode(&encoded).unwrap();
        for (a, b) in x.as_flattened().iter().zip(decoded.points().as_flattened()) {
            // Half a step, and rounding of numbers up to 6.
            assert!((a - b).abs() <= step / 2.0 + 1e-6, "{a} {b}");
        }
        assert_eq!(decoded.encode(), encoded);
    }
}

/// Python 3.11: "1" + base64.urlsafe_b64encode(bytes([0, 0, 0, 255, 255, 255, 0, 15, 255, 171, 205, 239])).
#[test]
fn encoded_points_are_base64url() {
    let coordinate = |code: u32| (-6.0 + 12.0 * f64::from(code) / 4095.0) as f32;
    let x = [(0, 0), (4095, 4095), (0, 4095), (0xabc, 0xdef)].map(|(x, y)| [coordinate(x), coordinate(y)]);
    let encoded = PointSet::new(x.to_vec()).unwrap().encode();
    assert_eq!(encoded, "1AAAA____AA__q83v");
    for (a, b) in PointSet::decode(&encoded).unwrap().points().iter().zip(x) {
        assert!((a[0] - b[0]).abs() < 1e-6 && (a[1] - b[1]).abs() < 1e-6, "{a:?} {b:?}");
    }
}

/// Every code of both coordinates: decoding stays in the square and encoding gives the same text.
#[test]
fn every_code_survives() {
    let digits: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).collect();
    for high in &digits {
        let encoded: String =
            "1".chars().chain(digits.iter().flat_map(|low| [*high, *low, *low, *high])).collect();
        assert_eq!(PointSet::decode(&encoded).unwrap().encode(), encoded);
    }
}

#[test]
fn wrong_points_say_why() {
    let says = |result: Result<PointSet>, word: &str| {
        let e = result.unwrap_err();
        assert_eq!(e.kind(), Kind::Data);
        assert!(e.to_string().contains(word), "{e}");
    };
    for (encoded, word) in [
        ("", "empty"),
        ("1", "no points"),
        ("2AAAA", "start with '1', these with '2'"),
        ("é", "these with 'é'"),
        ("1AAA", "cut in the middle"),
        ("1AAAAB", "cut in the middle"),
        ("1AA+A", "'+' is no character"),
        ("1AAAA=", "'=' is no character"),
        ("1ÄÄ", "'Ä' is no character"),
        ("1AAAA\n", "'\\n' is no character"),
    ] {
        says(PointSet::decode(encoded), word);
        assert!(Distribution::Points { points: encoded.into() }.sampler().is_err());
    }
    says(
        PointSet::decode(&format!("1{}", "AAAA".repeat(2001))),
        "2001 points are too many; use at most 2000",
    );
    says(PointSet::new(vec![]), "no points");
    says(PointSet::new(vec![[0.0, 0.0]; 2001]), "too many");
    for outside in [[6.001, 0.0], [0.0, -7.0], [f32::NAN, 0.0], [0.0, f32::INFINITY]] {
        says(PointSet::new(vec![[0.0, 0.0], outside]), "outside of the square");
    }
    assert!(PointSet::new(vec![[6.0, -6.0]; 2000]).is_ok());
}
