//! Up to six tensors as one argument of an operation: Burn's extensions pass structures and enumerations, not lists.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, ExtensionType};
use burn::tensor::Tensor;

/// No tensor, or one to six.
#[derive(ExtensionType)]
pub enum Several<B: Backend> {
    None,
    One(FloatTensor<B>),
    Two(FloatTensor<B>, FloatTensor<B>),
    Three(FloatTensor<B>, FloatTensor<B>, FloatTensor<B>),
    Four(FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>),
    Five(FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>),
    Six(FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, FloatTensor<B>),
}

impl<B: Backend> Several<B> {
    /// These tensors, at most six.
    pub(super) fn of(tensors: impl IntoIterator<Item = FloatTensor<B>>) -> Self {
        let all: Vec<_> = tensors.into_iter().collect();
        let count = all.len();
        let mut all = all.into_iter();
        let mut next = || all.next().expect("as many as were counted");
        match count {
            0 => Self::None,
            1 => Self::One(next()),
            2 => Self::Two(next(), next()),
            3 => Self::Three(next(), next(), next()),
            4 => Self::Four(next(), next(), next(), next()),
            5 => Self::Five(next(), next(), next(), next(), next()),
            6 => Self::Six(next(), next(), next(), next(), next(), next()),
            _ => panic!("an operation takes at most six tensors, not {count}"),
        }
    }

    /// The tensors in their order.
    pub(super) fn list(self) -> Vec<FloatTensor<B>> {
        match self {
            Self::None => vec![],
            Self::One(a) => vec![a],
            Self::Two(a, b) => vec![a, b],
            Self::Three(a, b, c) => vec![a, b, c],
            Self::Four(a, b, c, d) => vec![a, b, c, d],
            Self::Five(a, b, c, d, e) => vec![a, b, c, d, e],
            Self::Six(a, b, c, d, e, f) => vec![a, b, c, d, e, f],
        }
    }
}

/// Tensors of one rank.
pub(super) fn several<const D: usize>(tensors: impl IntoIterator<Item = Tensor<D>>) -> Several<Dispatch> {
    Several::of(tensors.into_iter().map(Tensor::into_dispatch))
}
