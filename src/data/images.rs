//! Labeled images.

use crate::error::{Error, Result};

/// Images with values in [−1, 1] and one class in each group: digits have one group of ten, emoji a category and a style.
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    /// Values, image after image, row-major, the colors of a pixel together; of gray ones −1 is paper and 1 ink.
    pub values: Vec<f32>,
    /// Values an image has.
    pub dim: usize,
    /// Classes of each group.
    pub groups: Vec<usize>,
    /// A class in each group, image after image.
    pub labels: Vec<u8>,
}

impl Images {
    /// Pairs images with labels. Errors where their numbers differ or a label is no class of its group.
    pub fn new(values: Vec<f32>, dim: usize, groups: Vec<usize>, labels: Vec<u8>) -> Result<Self> {
        let images = values.len() / dim.max(1);
        if dim == 0
            || groups.is_empty()
            || values.len() != dim * images
            || labels.len() != images * groups.len()
        {
            return Err(Error::data(format!(
                "{} labels do not belong to {images} images with {} each",
                labels.len(),
                groups.len()
            )));
        }
        let wrong =
            labels.iter().zip(groups.iter().cycle()).find(|(label, group)| usize::from(**label) >= **group);
        if let Some((label, group)) = wrong {
            return Err(Error::data(format!(
                "a label is {label}; classes are 0 to {}",
                group.saturating_sub(1)
            )));
        }
        Ok(Self { values, dim, groups, labels })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len() / self.groups.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Values of image `i`.
    pub fn image(&self, i: usize) -> &[f32] {
        &self.values[i * self.dim..(i + 1) * self.dim]
    }

    /// Classes of image `i`, one in each group.
    pub fn classes(&self, i: usize) -> &[u8] {
        let k = self.groups.len();
        &self.labels[i * k..(i + 1) * k]
    }

    /// Errors where a network takes images of another size or was made for other classes.
    pub fn check(&self, dim: usize, groups: &[usize]) -> Result<()> {
        if self.dim != dim {
            let sides = [self.dim, dim].map(|n| (n as f64).sqrt());
            return Err(Error::data(format!(
                "the images have {} values (gray: a side of {:.1}); this network takes {dim} (a side of {:.1}): scale the images to that",
                self.dim, sides[0], sides[1]
            )));
        }
        if self.groups.len() != groups.len()
            || self.groups.iter().zip(groups).any(|(mine, theirs)| mine > theirs)
        {
            return Err(Error::data(format!(
                "the images have {:?} classes; this network was made for {groups:?}",
                self.groups
            )));
        }
        Ok(())
    }

    /// The images of `which`, with their labels.
    pub fn pick(&self, which: impl IntoIterator<Item = usize>) -> Self {
        let mut part =
            Self { values: Vec::new(), dim: self.dim, groups: self.groups.clone(), labels: Vec::new() };
        for i in which {
            part.values.extend_from_slice(self.image(i));
            part.labels.extend_from_slice(self.classes(i));
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn images_keep_their_classes() {
        let images =
            Images::new(vec![0.0, 0.1, 1.0, 1.1, 2.0, 2.1], 2, vec![3, 2], vec![0, 0, 2, 1, 1, 0]).unwrap();
        assert_eq!((images.len(), images.image(1), images.classes(1)), (3, &[1.0, 1.1][..], &[2, 1][..]));
        let part = images.pick([2, 1]);
        assert_eq!((part.values, part.labels), (vec![2.0, 2.1, 1.0, 1.1], vec![1, 0, 2, 1]));
        images.check(2, &[3, 2]).unwrap();
        images.check(2, &[9, 7]).unwrap();
        for (dim, groups, words) in
            [(4, &[3, 2][..], "takes 4"), (2, &[2, 2], "made for [2, 2]"), (2, &[3], "made for [3]")]
        {
            let e = images.check(dim, groups).unwrap_err();
            assert!(e.kind() == Kind::Data && e.to_string().contains(words), "{e}");
        }
    }

    #[test]
    fn labels_that_are_no_classes_or_too_few_are_errors() {
        let e = Images::new(vec![0.0; 4], 2, vec![10], vec![1]).unwrap_err();
        assert!(e.to_string().contains("1 labels do not belong to 2 images"), "{e}");
        assert!(Images::new(vec![0.0; 4], 2, vec![10], vec![1, 10]).is_err());
        assert!(Images::new(vec![0.0; 4], 2, vec![10, 2], vec![1, 1, 9, 2]).is_err());
        assert!(Images::new(vec![0.0; 5], 2, vec![10], vec![1, 2]).is_err());
        assert!(Images::new(Vec::new(), 0, vec![10], Vec::new()).is_err());
    }
}
