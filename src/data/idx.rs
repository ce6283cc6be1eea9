//! IDX files, the format of MNIST (LeCun et al.): a big-endian header (two zero bytes, the element type,
//! the number of dimensions, each dimension as u32), then the elements, last dimension fastest.

#[cfg(feature = "cli")]
use super::Images;
use crate::error::{Error, Result};

/// Reads the images of an IDX file (three dimensions of unsigned bytes): pixels in [−1, 1], and pixels an
/// image has.
pub fn parse_images(bytes: &[u8]) -> Result<(Vec<f32>, usize)> {
    let (dims, body) = parse(bytes, 3, "images")?;
    let pixels = dims[1] * dims[2];
    Ok((body.iter().map(|&v| f32::from(v) / 127.5 - 1.0).collect(), pixels))
}

/// Reads the labels of an IDX file (one dimension of unsigned bytes).
pub fn parse_labels(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(parse(bytes, 1, "labels")?.1.to_vec())
}

fn parse<'a>(bytes: &'a [u8], rank: usize, what: &str) -> Result<(Vec<usize>, &'a [u8])> {
    let header = 4 + 4 * rank;
    if bytes.len() < header {
        return Err(Error::data(format!("the {what} file has {} bytes, less than its header", bytes.len())));
    }
    if bytes[..3] != [0, 0, 8] || usize::from(bytes[3]) != rank {
        return Err(Error::data(format!(
            "not an IDX file of {what}: it starts with {:02x?}, expected [00, 00, 08, {rank:02x}]",
            &bytes[..4]
        )));
    }
    let dims: Vec<usize> = bytes[4..header]
        .chunks_exact(4)
        .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize)
        .collect();
    let body = &bytes[header..];
    let size = dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
    if size != Some(body.len()) || dims.contains(&0) {
        return Err(Error::data(format!(
            "the {what} file says {dims:?} but holds {} bytes of them: it is cut or damaged",
            body.len()
        )));
    }
    Ok((dims, body))
}

/// Reads `{prefix}-images-idx3-ubyte` and `{prefix}-labels-idx1-ubyte` from a folder; the prefix is `train` or `t10k`. Each may
/// end in `.gz`, be called `{prefix}-images.idx3-ubyte` (as some copies are), or lie in a folder of its own name.
#[cfg(feature = "cli")]
pub fn read_digits(folder: &std::path::Path, prefix: &str) -> Result<Images> {
    let (images, pixels) = parse_images(&read(folder, &format!("{prefix}-images"), "idx3-ubyte")?)?;
    let labels = parse_labels(&read(folder, &format!("{prefix}-labels"), "idx1-ubyte")?)?;
    Images::new(images, pixels, vec![10], labels)
}

#[cfg(feature = "cli")]
fn read(folder: &std::path::Path, what: &str, format: &str) -> Result<Vec<u8>> {
    let names = ["-", "."].map(|mark| format!("{what}{mark}{format}"));
    let names = names.iter().flat_map(|name| [name.clone(), format!("{name}.gz")]);
    let places = names.flat_map(|name| [folder.join(&name), folder.join(&name).join(&name)]);
    let Some(file) = places.into_iter().find(|place| place.is_file()) else {
        return Err(Error::data(format!(
            "{} has no file {what}-{format} or {what}-{format}.gz",
            folder.display()
        )));
    };
    let failed = |e: std::io::Error| Error::data(format!("{}: {e}", file.display())).because(e);
    let bytes = std::fs::read(&file).map_err(failed)?;
    if file.extension().is_none_or(|end| end != "gz") {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut unpacked)
        .map_err(|e| Error::data(format!("{} is not a whole gzip file: {e}", file.display())).because(e))?;
    if unpacked.starts_with(&[0x1f, 0x8b]) {
        return Err(Error::data(format!("{} is packed twice; unpack it once", file.display())));
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn idx(dims: &[u32], body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, dims.len() as u8];
        bytes.extend(dims.iter().flat_map(|d| d.to_be_bytes()));
        bytes.extend(body);
        bytes
    }

    #[test]
    fn reads_what_was_written() {
        let (images, pixels) = parse_images(&idx(&[2, 1, 2], &[0, 255, 127, 128])).unwrap();
        assert_eq!(pixels, 2);
        assert_eq!((images[0], images[1]), (-1.0, 1.0));
        // The two middle values are symmetric about 0, half of 2/255 away.
        assert!((images[2] + 1.0 / 255.0).abs() < 1e-6 && (images[3] - 1.0 / 255.0).abs() < 1e-6);
        assert_eq!(parse_labels(&idx(&[2], &[3, 9])).unwrap(), [3, 9]);
    }

    #[test]
    fn broken_files_are_told_apart() {
        let good = idx(&[2, 2, 2], &[7; 8]);
        let says = |bytes: &[u8], word: &str| {
            let e = parse_images(bytes).unwrap_err();
            assert_eq!(e.kind(), Kind::Data);
            assert!(e.to_string().contains(word), "{e}");
        };
        says(&[], "header");
        says(&good[..10], "header");
        says(&good[..good.len() - 1], "cut");
        says(&[&good[..], &[0]].concat(), "cut");
        says(&idx(&[2], &[1, 2]).repeat(4), "not an IDX");
        says(b"\x1f\x8b\x08\x00 a gzip file that nobody unpacked", "not an IDX");
        says(&idx(&[u32::MAX, u32::MAX, u32::MAX], &[1]), "cut");
        says(&idx(&[0, 2, 2], &[]), "cut");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn files_are_found_under_the_names_that_copies_have() {
        use std::io::Write;
        let folder = std::env::temp_dir().join(format!("flow-lab-idx-{}", std::process::id()));
        let (images, labels) = (idx(&[2, 1, 2], &[0, 255, 127, 128]), idx(&[2], &[3, 9]));
        let zip = |bytes: &[u8]| {
            let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            zip.write_all(bytes).unwrap();
            zip.finish().unwrap()
        };
        let expected = Images::new(parse_images(&images).unwrap().0, 2, vec![10], vec![3, 9]).unwrap();
        let with = |files: &[(&str, &[u8])]| {
            let _ = std::fs::remove_dir_all(&folder);
            for (name, bytes) in files {
                let file = folder.join(name);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, bytes).unwrap();
            }
            read_digits(&folder, "t10k")
        };
        for (a, b) in [
            (("t10k-images-idx3-ubyte", images.clone()), ("t10k-labels.idx1-ubyte", labels.clone())),
            (("t10k-images.idx3-ubyte.gz", zip(&images)), ("t10k-labels-idx1-ubyte.gz", zip(&labels))),
            (
                ("t10k-images-idx3-ubyte/t10k-images-idx3-ubyte", images.clone()),
                ("t10k-labels.idx1-ubyte/t10k-labels.idx1-ubyte", labels.clone()),
            ),
        ] {
            assert_eq!(with(&[(a.0, &a.1), (b.0, &b.1)]).unwrap(), expected, "{}", a.0);
        }
        let says = |files: &[(&str, &[u8])], words: &str| {
            let e = with(files).unwrap_err();
            assert!(e.kind() == Kind::Data && e.to_string().contains(words), "{e}");
        };
        says(&[("readme", b"")], "has no file t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz");
        says(&[("t10k-images-idx3-ubyte.gz", &zip(&zip(&images)))], "packed twice");
        says(&[("t10k-images-idx3-ubyte.gz", &images)], "not a whole gzip file");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
