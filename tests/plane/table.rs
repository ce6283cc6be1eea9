//! Tables of measurements, well and badly written.

use flow_lab::data::plane::{Column, CsvPoints, PointSet, Table};
use flow_lab::error::Kind;
use flow_lab::error::Result;
use flow_lab::points::Point;
use flow_lab::rng::{Rng, Stream};

/// The points of a table where it is plain which columns are meant.
fn read_csv(text: &str) -> Result<CsvPoints> {
    match flow_lab::data::plane::read_csv(text.as_bytes(), None)? {
        Table::Points(points) => Ok(points),
        Table::Choose(columns) => panic!("a choice of {columns:?}: {text:?}"),
    }
}

/// The rows that a table's points stand for.
fn rows(table: &CsvPoints) -> Vec<[f64; 2]> {
    let row = |p: &Point| [0, 1].map(|k| table.center[k] + table.scale * f64::from(p[k]));
    table.points.points().iter().map(row).collect()
}

/// The same four rows, written in many ways.
#[test]
fn the_ways_to_write_a_table_are_one() {
    let plain = read_csv("1,2\n3,4.5\n-5,0.25\n7,1e1\n").unwrap();
    assert_eq!((plain.rows, plain.note.as_str()), (4, ""));
    for (row, expected) in rows(&plain).iter().zip([[1.0, 2.0], [3.0, 4.5], [-5.0, 0.25], [7.0, 10.0]]) {
        // Single precision of points up to 6, times a scale of 2.
        assert!((row[0] - expected[0]).abs() < 2e-6 && (row[1] - expected[1]).abs() < 2e-6, "{row:?}");
    }
    for written in [
        "1,2\r\n3,4.5\r\n-5,0.25\r\n7,1e1",
        "1,2\r3,4.5\r-5,0.25\r7,1e1\r",
        "\u{feff}1,2\n3,4.5\n-5,0.25\n7,1e1\n",
        "1;2\n3;4.5\n-5;0.25\n7;1e1\n",
        "1\t2\n3\t4.5\n-5\t0.25\n7\t1e1\n",
        "1 2\n3   4.5\n  -5 0.25\n7 1e1  \n",
        "\"1\",\"2\"\n\"3\",4.5\n-5,\"0.25\"\n7, \"1e1\"\n",
        " 1 , +2 \n3,4.50\n-5.0,.25\n7,10.\n",
        "# x,\"y\n1,2\n3,4.5\n-5,0.25\n7,1e1\n",
        "# x, y\n\n1,2\n\n   \n3,4.5\n# half way\n  # more\n-5,0.25\n,\n7,1e1\n\n",
    ] {
        assert_eq!(read_csv(written).unwrap(), plain, "{written:?}");
    }
    // Decimal commas, Excel's first line, other minus signs, thousands.
    for written in [
        "1;2\n3;4,5\n-5;0,25\n7;1e1\n",
        "1\t2\n3\t4,5\n-5\t0,25\n7\t10,0\n",
        "1 2\n3 4,5\n−5 0,25\n7 1e1\n",
        "sep=;\n1;2\n3;4,5\n–5;0,25\n7;10\n",
    ] {
        let table = read_csv(written).unwrap();
        assert_eq!(
            (&table.points, table.note.as_str()),
            (&plain.points, "Commas are read as decimal marks."),
            "{written:?}"
        );
    }
    let sep = read_csv("sep=,\n1,2\n3,4.5\n−5,0.25\n7,1e1\n").unwrap();
    assert_eq!((&sep.points, sep.note.as_str()), (&plain.points, ""));
    for header in ["x,y\n", "\"x, in m\",\"y \"\"up\"\"\"\n", "x\n", "# units: m\n\nx,y\n"] {
        let table = read_csv(&format!("{header}1,2\n3,4.5\n-5,0.25\n7,1e1\n")).unwrap();
        assert_eq!((&table.points, table.rows), (&plain.points, 4), "{header:?}");
        let line = header.lines().count();
        assert_eq!(table.note, format!("Line {line} is taken as a header."));
    }
    let table = read_csv("A table\nx,y\ncm,hPa\n1,2\n3,4.5\n-5,0.25\n7,1e1\n").unwrap();
    assert_eq!((&table.points, table.note.as_str()), (&plain.points, "Lines 1 to 3 are taken as a header."));
}

/// As spreadsheets and editors write text, made here by hand.
#[test]
fn encodings_are_one() {
    let text = "höhe;y\n1;2\n3;4.5\n−5;0.25\n7;1e1\n";
    let Table::Points(plain) = flow_lab::data::plane::read_csv(text.as_bytes(), None).unwrap() else {
        panic!()
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
    for bytes in [
        [&[0xff, 0xfe][..], &little].concat(),
        [&[0xfe, 0xff][..], &big].concat(),
        [&[0xef, 0xbb, 0xbf][..], text.as_bytes()].concat(),
        little,
        big,
    ] {
        assert_eq!(flow_lab::data::plane::read_csv(&bytes, None).unwrap(), Table::Points(plain.clone()));
    }
    // Latin-1 loses its ö, no number.
    let latin = [&b"h\xf6he;y\n1;2\n3;4.5\n-5;0.25\n7;1e1\n"[..]].concat();
    let Table::Points(read) = flow_lab::data::plane::read_csv(&latin, None).unwrap() else { panic!() };
    assert_eq!(read.points, plain.points);
    for bytes in [&b"PK\x03\x04\0\0\0"[..], &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..]] {
        let e = flow_lab::data::plane::read_csv(bytes, None).unwrap_err().to_string();
        assert!(e.contains("not text"), "{e}");
    }
    let large = vec![b'1'; (64 << 20) + 1];
    let e = flow_lab::data::plane::read_csv(&large, None).unwrap_err().to_string();
    assert!(e.contains("at most 64 MiB"), "{e}");
}

#[test]
fn rows_without_a_value_are_left_out_and_counted() {
    let plain = read_csv("1,2\n3,4.5\n-5,0.25\n").unwrap();
    for (written, note) in [
        (
            "x,y\nNA,1\n1,2\n3,4.5\n-5,0.25\n",
            "Line 1 is taken as a header. 1 row without a value is left out.",
        ),
        ("1,2\n,9\n3,4.5\nNaN,null\n-5,0.25\n9\n", "3 rows without a value are left out."),
    ] {
        let table = read_csv(written).unwrap();
        assert_eq!((&table.points, table.rows, table.note.as_str()), (&plain.points, 3, note), "{written:?}");
    }
}

/// Columns that are no coordinates are passed over where it is plain that they are none.
#[test]
fn columns_are_found() {
    let plain = read_csv("1,2\n3,4.5\n-5,0.25\n7,1e1\n").unwrap();
    for (written, used) in [
        (
            "name,height,color,weight\nA,1,red,2\nB,3,2,4.5\nC,-5,,0.25\nD,7,blue,1e1\n",
            "2 (height) and 4 (weight)",
        ),
        ("a 1 2\nb 3 4.5\nc -5 0.25\nd 7 10\n", "2 and 3"),
        (",x,y\n0,1,2\n1,3,4.5\n2,-5,0.25\n3,7,10\n", "2 (x) and 3 (y)"),
        ("label,u,v\n0,1,2\n2,3,4.5\n0,-5,0.25\n1,7,10\n", "2 (u) and 3 (v)"),
        ("t,Y (hPa),X (cm)\n0.5,2,1\n0.1,4.5,3\n0.7,0.25,-5\n9,10,7\n", "3 (X (cm)) and 2 (Y (hPa))"),
        ("1,1,2\n2,3,4.5\n3,-5,0.25\n4,7,10\n", "2 and 3"),
    ] {
        let table = read_csv(written).unwrap();
        assert_eq!(table.points, plain.points, "{written:?}");
        assert!(table.note.ends_with(&format!("columns, {used} are used.")), "{}", table.note);
    }
    // Every frame has its own points; what is wanted is where they end.
    let mut export = String::from("# Flow Lab: trajectory\n# {\"seed\":1}\nparticle,frame,t,x,y\n");
    for frame in 0..3 {
        for (i, [x, y]) in [[1.0, 2.0], [3.0, 4.5], [-5.0, 0.25], [7.0, 10.0]].iter().enumerate() {
            export += &format!(
                "{i},{frame},{},{},{}\n",
                f64::from(frame) / 2.0,
                x * f64::from(frame) / 2.0,
                y * f64::from(frame) / 2.0
            );
        }
    }
    let table = read_csv(&export).unwrap();
    assert_eq!((&table.points, table.rows), (&plain.points, 4));
    assert!(table.note.contains("Of the trajectory, frame 2, the last, is used."), "{}", table.note);
}

/// Where several could be meant, none is taken in silence.
#[test]
fn columns_are_chosen_by_whoever_asks() {
    let read = |columns| {
        flow_lab::data::plane::read_csv(
            b"height,sex,weight,age\n1,f,2,9\n3,m,4.5,8\n-5,f,0.25,6\n7,m,10,1\n",
            columns,
        )
    };
    let column = |name: &str, numeric| Column { name: name.into(), numeric };
    let columns =
        vec![column("height", true), column("sex", false), column("weight", true), column("age", true)];
    assert_eq!(read(None).unwrap(), Table::Choose(columns.clone()));
    let Table::Points(chosen) = read(Some([0, 2])).unwrap() else { panic!("two columns were chosen") };
    assert_eq!(chosen.points, read_csv("1,2\n3,4.5\n-5,0.25\n7,1e1\n").unwrap().points);
    assert_eq!((chosen.used, chosen.columns), ([0, 2], columns));
    for wrong in [[0, 0], [0, 1], [0, 4], [usize::MAX, 0]] {
        assert!(
            read(Some(wrong)).unwrap_err().to_string().starts_with("choose two different columns of numbers"),
            "{wrong:?}"
        );
    }
}

/// Mean 0 and root mean squared radius 2.5, at any place and scale that double precision can tell apart.
#[test]
fn points_are_centered_and_scaled_alike() {
    let mut rng = Rng::new(1, Stream::Data);
    for (place, unit) in [(0.0, 1.0), (1e6, 3.0), (-4e-7, 1e-9), (0.0, 1e200), (0.0, 1e-200)] {
        let x: Vec<[f64; 2]> = (0..500)
            .map(|_| {
                [place + unit * f64::from(rng.uniform()), -place + 2.0 * unit * f64::from(rng.uniform())]
            })
            .collect();
        let text: String = x.iter().map(|[a, b]| format!("{a:e},{b:e}\n")).collect();
        let table = read_csv(&text).unwrap();
        assert_eq!(table.rows, 500);
        let points: Vec<[f64; 2]> = table.points.points().iter().map(|p| p.map(f64::from)).collect();
        let mean = [0, 1].map(|k| points.iter().map(|p| p[k]).sum::<f64>() / 500.0);
        let square = points.as_flattened().iter().map(|v| v * v).sum::<f64>() / 500.0;
        assert!(mean[0].abs() < 1e-6 && mean[1].abs() < 1e-6, "{mean:?}");
        assert!((square.sqrt() - 2.5).abs() < 1e-6, "{square}");
        for (row, expected) in rows(&table).iter().zip(&x) {
            for k in 0..2 {
                let rounding = 1e-6 * table.scale + 1e-15 * place.abs();
                assert!((row[k] - expected[k]).abs() < rounding, "{row:?} {expected:?}");
            }
        }
    }
    // By hand: center (2, 1), offsets (∓1, 0) and (±1, 0) and two of (0, ±3): mean square (1 + 1 + 9 + 9)/4.
    let table = read_csv("1,1\n3,1\n2,4\n2,-2\n").unwrap();
    assert_eq!(table.center, [2.0, 1.0]);
    assert!((table.scale - 5f64.sqrt() / 2.5).abs() < 1e-12);
}

/// 99 rows at 0 and one at 100: its offset is 99, the root mean squared one √99, so 2.5 would put it at 24.9.
#[test]
fn a_far_row_shrinks_the_rest() {
    let table = read_csv(&("0,0\n".repeat(99) + "100,0\n")).unwrap();
    assert_eq!(table.points.points()[99], [6.0, 0.0]);
    assert!((table.scale - 99.0 / 6.0).abs() < 1e-9);
    assert_eq!(table.note, "The scale is set by the farthest row.");
}

#[test]
fn a_long_table_is_thinned() {
    let text: String = (0..10_000).map(|i| format!("{i},{}\n", i % 7)).collect();
    let table = read_csv(&text).unwrap();
    assert_eq!((table.rows, table.points.points().len()), (10_000, PointSet::MOST));
    assert_eq!(table.note, "2000 of 10000 rows are kept, drawn with a fixed seed.");
    assert_eq!(read_csv(&text).unwrap(), table);
    let kept: Vec<f64> = rows(&table).iter().map(|row| row[0]).collect();
    // Different rows, in their order, from everywhere: in a fifth of the table there are 400 ± 5 × 16.
    assert!(kept.windows(2).all(|pair| pair[1] > pair[0] + 0.5));
    for fifth in 0..5 {
        let within = |x: &&f64| (**x / 2000.0) as usize == fifth;
        let count = kept.iter().filter(within).count();
        assert!((320..=480).contains(&count), "{fifth}: {count}");
    }
    let exactly: String = (0..2000).map(|i| format!("{i},0\n")).collect();
    assert_eq!(read_csv(&exactly).unwrap().note, "");
}

/// What was read can be linked to and drawn from.
#[test]
fn a_table_can_be_encoded() {
    let table = read_csv("x,y\n1,2\n3,4\n5,7\n").unwrap();
    let again = PointSet::decode(&table.points.encode()).unwrap();
    for (a, b) in table.points.points().as_flattened().iter().zip(again.points().as_flattened()) {
        assert!((a - b).abs() < 0.0015, "{a} {b}");
    }
}

#[test]
fn broken_tables_say_where_and_what() {
    for (text, word) in [
        ("", "the table is empty"),
        ("\n# only a comment\n  \n", "the table is empty"),
        ("1\n2\n3\n", "two columns are needed"),
        ("x,y\n", "the table has 0 rows; at least 3 are needed"),
        ("x,y\n1,2\n3,4\n", "the table has 2 rows; at least 3 are needed"),
        ("1,2\n3,4\n", "the table has 2 rows; at least 3 are needed"),
        ("x,y\n1,2\n\n# note\n3,four\n5,6\n", "line 5: \"four\" in column 2 is not a number"),
        ("1,2\r\n3,4\r\n5\r\n", "the table has 2 rows; at least 3 are needed"),
        ("1,2\n3,4\n5,\n", "the table has 2 rows; at least 3 are needed"),
        ("1,2\r3,4\r5,six\r", "line 3: \"six\" in column 2"),
        ("1,2\n3,4\n-inf,5\n", "line 3: -inf in column 1 is not a finite number"),
        ("1,2\n3,4\n1e999,5\n", "line 3: 1e999 in column 1 is not a finite number"),
        ("1.5;2,5\n3.5;4,5\n5.5;6,5\n", "line 1 needs two numbers; it is \"1.5 | 2,5\""),
        ("a,b\nc,d\ne,f\ng,h\n1,2\n3,4\n5,6\n", "line 4: \"g\" in column 1 is not a number"),
        ("1,x\n3,4\n5,6\n7,8\n", "line 1: \"x\" in column 2 is not a number"),
        ("1,2\n3,4\n\"5,6\n7,8\n", "in column 1 is not a number (is a quote not closed?)"),
        ("<html>\n<body>a b</body>\n", "line 2 needs two numbers; it is \"<body>a | b</body>\""),
        ("2,3\n2,3\n2,3\n2,3\n", "all rows are the same point"),
        ("0.1,0.7\n0.1,0.7\n0.1,0.7\n", "all rows are the same point"),
        // Ten times 0.1, a tenth of each, is not 0.1.
        (&"0.1,0.7\n".repeat(10), "all rows are the same point"),
        ("1.7e308,0\n-1.7e308,0\n-1.7e308,1\n", "too large"),
        ("0,0\n0,1e-320\n1e-320,0\n", "too close together"),
    ] {
        let e = read_csv(text).unwrap_err();
        assert_eq!(e.kind(), Kind::Data);
        assert!(e.to_string().contains(word), "{text:?}: {e}");
    }
    let long = format!("1,2\n3,4\n5,{}\n", "é".repeat(100));
    let e = read_csv(&long).unwrap_err().to_string();
    assert!(e.contains(&format!("line 3: \"{}…\"", "é".repeat(40))), "{e}");
}

/// A table with up to seven characters replaced: never a panic, and what is read is sound.
#[test]
fn damaged_tables_are_refused_or_read() {
    let alphabet: Vec<char> = "0123456789.,;\t \n\r\"#-+eExy\u{feff}é".chars().collect();
    let mut rng = Rng::new(2, Stream::Data);
    let (mut read, mut chosen, mut refused) = (0, 0, 0);
    for round in 0..20_000 {
        let mut text: Vec<char> = "x,y\n1.5,-2\n3,4.25\n\"5\",6\n7e1,8\n".chars().collect();
        for _ in 0..round % 8 {
            let at = rng.index(text.len());
            text[at] = alphabet[rng.index(alphabet.len())];
        }
        match flow_lab::data::plane::read_csv(text.into_iter().collect::<String>().as_bytes(), None) {
            Ok(Table::Choose(columns)) => {
                chosen += 1;
                assert!(columns.iter().filter(|c| c.numeric).count() > 2);
            }
            Ok(Table::Points(table)) => {
                read += 1;
                assert!(
                    table.rows >= 3 && table.scale.is_normal() && table.center.iter().all(|c| c.is_finite())
                );
                assert!(table.points.points().len() == table.rows);
            }
            Err(e) => {
                refused += 1;
                assert_eq!(e.kind(), Kind::Data);
            }
        }
    }
    assert!(
        read > 1000 && chosen > 20 && refused > 1000,
        "{read} read, {chosen} chosen, {refused} refused: the test sees too little"
    );
}
