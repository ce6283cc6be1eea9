//! A folder of pictures: one folder in it for each class, PNG or WebP files in each.

use super::Images;
use crate::error::{Error, Result};
use image::imageops::{FilterType, resize};
use image::{Rgba, RgbaImage};
use std::path::{Path, PathBuf};

/// Reads the pictures and names the classes after their folders, in alphabetical order. Each is scaled to `side`×`side`, put on white
/// where it is transparent, and has `colors` values a pixel: 3, or 1, which is its luminance (sRGB, black is 1 as ink is). Errors where a
/// file is no picture, a class has none, or there are more than 255 classes.
pub fn read_folder(folder: &Path, side: usize, colors: usize) -> Result<(Images, Vec<String>)> {
    let mut names = Vec::new();
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for class in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let files: Vec<PathBuf> = entries(&class)?.into_iter().filter(|path| is_picture(path)).collect();
        if files.is_empty() {
            return Err(Error::data(format!("{} holds no PNG or WebP file", class.display())));
        }
        let label = u8::try_from(names.len()).map_err(|_| Error::data("there are more than 255 classes"))?;
        for file in files {
            let picture = image::open(&file)
                .map_err(|e| Error::data(format!("{} cannot be read ({e})", file.display())).because(e))?;
            values.extend(scaled(picture.into_rgba8(), side as u32, colors));
            labels.push(label);
        }
        names.push(class.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }
    if names.is_empty() {
        return Err(Error::data(format!(
            "{} has no folders of pictures, one for each class",
            folder.display()
        )));
    }
    Ok((Images::new(values, side * side * colors, vec![names.len()], labels)?, names))
}

/// What is in a folder, in order.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |e: std::io::Error| Error::data(format!("{}: {e}", folder.display())).because(e);
    let mut paths = std::fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| Ok(entry.map_err(failed)?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn is_picture(path: &Path) -> bool {
    path.extension().is_some_and(|end| ["png", "webp"].iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// Values in [−1, 1] of a picture on white.
fn scaled(mut picture: RgbaImage, side: u32, colors: usize) -> Vec<f32> {
    let white = |Rgba([r, g, b, a]): Rgba<u8>| {
        [r, g, b].map(|v| 255.0 + (f32::from(v) - 255.0) * f32::from(a) / 255.0)
    };
    for pixel in picture.pixels_mut() {
        let [r, g, b] = white(*pixel).map(|v| v.round() as u8);
        *pixel = Rgba([r, g, b, 255]);
    }
    let exact = picture.dimensions() == (side, side);
    let picture = if exact { picture } else { resize(&picture, side, side, FilterType::Triangle) };
    let value = |v: f32| v / 127.5 - 1.0;
    picture
        .pixels()
        .flat_map(|Rgba([r, g, b, _])| {
            let rgb = [r, g, b].map(|v| f32::from(*v));
            match colors {
                1 => vec![-value(0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2])],
                _ => rgb.map(value).to_vec(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, RgbaImage)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("flow-lab-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        for (file, picture) in files {
            let file = folder.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            picture.save(&file).unwrap();
        }
        folder
    }

    #[test]
    fn classes_are_folders_and_pictures_are_scaled_onto_white() {
        let plain = |color: [u8; 4], side| RgbaImage::from_pixel(side, side, Rgba(color));
        let folder = folder(
            "folder",
            &[
                ("pears/a.png", plain([0, 255, 0, 255], 8)),
                ("apples/b.PNG", plain([255, 0, 0, 255], 2)),
                ("apples/a.png", plain([0, 0, 0, 0], 2)),
            ],
        );
        std::fs::write(folder.join("apples/readme.txt"), "not a picture").unwrap();
        let (images, names) = read_folder(&folder, 2, 3).unwrap();
        assert_eq!((names, &images.labels[..]), (vec!["apples".to_string(), "pears".into()], &[0, 0, 1][..]));
        assert_eq!(images.image(0), [1.0; 12], "transparent is white");
        assert_eq!(images.image(1)[..6], [1.0, -1.0, -1.0, 1.0, -1.0, -1.0]);
        assert_eq!(images.image(2)[9..], [-1.0, 1.0, -1.0]);
        let (gray, _) = read_folder(&folder, 4, 1).unwrap();
        assert_eq!((gray.dim, gray.image(0)), (16, &[-1.0; 16][..]), "paper is white");

        std::fs::write(folder.join("pears/b.png"), "no picture").unwrap();
        let says = |words: &str| {
            let e = read_folder(&folder, 2, 3).unwrap_err().to_string();
            assert!(e.contains(words), "{e}");
        };
        says("b.png cannot be read");
        std::fs::create_dir(folder.join("empty")).unwrap();
        says("empty holds no PNG or WebP");
        std::fs::remove_dir_all(&folder).unwrap();
        says(folder.to_str().unwrap());
    }
}
