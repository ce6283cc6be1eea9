//! Images in two dimensions.

use super::held::{Answer, Held, answer, floats, object, plane};
use crate::latent::Latent;
use crate::points;
use wasm_bindgen::prelude::*;

/// A decoder from the plane to images.
#[wasm_bindgen(js_name = Latent)]
pub struct JsLatent(Held<Latent>);

impl JsLatent {
    pub(super) fn new(latent: Latent) -> Self {
        Self(Held::new(latent))
    }
}

// A borrow across an await is safe here: a second call meanwhile is refused by `turn`.
#[allow(clippy::await_holding_refcell_ref)]
#[wasm_bindgen(js_class = Latent)]
impl JsLatent {
    /// Codes of real images: `{x, points}`, the points encoded as a distribution of points takes them.
    pub fn codes(&self) -> Answer {
        let latent = self.0.turn()?;
        let config = latent.config();
        Ok(object([("x", plane(latent.codes())), ("points", config.codes.as_str().into())]))
    }

    /// The images of `points`, x and y in turn: values in [−1, 1], image after image.
    pub async fn decode(&self, points: Vec<f32>) -> Answer {
        super::plane::whole(&points)?;
        let latent = self.0.turn()?;
        answer(latent.decode(&points::from_flat(&points)).await.map(|images| floats(&images)))
    }
}
