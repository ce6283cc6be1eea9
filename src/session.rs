//! What the page's worker drives: an engine with weights, and runs that give a frame at each pull. Knows no
//! JavaScript.

use crate::device::{Engine, Opened};
use crate::error::{Error, Kind, Result, from_json};
use crate::field::{Condition, FlowMap, VelocityField, one_hot, set_class};
use crate::inpaint::Known;
use crate::net::Classed;
use crate::path::AffinePath;
use crate::rng::{Rng, Stream};
use crate::sample::{Frame, Guidance, MapSampler, SampleConfig, Sampler, Spacing, read, read_all};
use crate::solver::{Solver, Tolerance};
use crate::weights::{self, Loaded};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde::Deserialize;
use std::rc::Rc;

/// An engine, and the network it runs once weights were loaded.
pub struct Session {
    opened: Opened,
    loaded: Option<Rc<Loaded>>,
}

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Seed of the noise.
    pub seed: u32,
    /// What each image is to be of; `null` for anything.
    pub labels: Vec<Option<Label>>,
    /// A [`Solver::id`]; a few-step network ignores it, and tolerance and guidance too.
    pub solver: String,
    /// Steps of a fixed-step solver.
    pub steps: usize,
    /// How they divide the time; a few-step network's are equal.
    #[serde(default)]
    pub spacing: Spacing,
    /// Tolerance of an adaptive solver, absolute and relative.
    pub tolerance: f64,
    /// Guidance and when it holds.
    pub guidance: Guidance,
    /// When a run begins that is given what it begins with, and until when images are carried back; in [0, 1).
    #[serde(default)]
    pub from: f64,
    /// How often each step is corrected where images are carried back: see [`SampleConfig`].
    #[serde(default)]
    pub corrections: usize,
    /// Whether every image begins with the noise of the first.
    #[serde(default)]
    pub same_noise: bool,
    /// How many images of this seed come before these: a run in parts gives the same images as one of the whole.
    #[serde(default)]
    pub first: usize,
}

impl Request {
    /// Reads JSON. Errors name what is wrong; domains are checked where a run begins.
    pub fn from_json(json: &str) -> Result<Self> {
        from_json("the request", json)
    }

    /// Noise for `n` images of `dim` values.
    fn noise(&self, n: usize, dim: usize) -> Vec<f32> {
        let mut rng = Rng::new(u64::from(self.seed), Stream::Noise);
        match self.same_noise {
            true => rng.normals(dim).repeat(n),
            false => rng.normals((self.first + n) * dim).split_off(self.first * dim),
        }
    }
}

/// A class, or weights of all classes of all groups: a picture between two styles has a half of each.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Label {
    /// A class of a network with one group.
    Class(u8),
    /// A weight in [0, 1] for each class.
    Weights(Vec<f32>),
}

/// Where a run begins; values image after image, row-major, the colors of a pixel together.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// At noise drawn from the request's seed.
    Seed,
    /// At this noise, or, where the request begins later, at these states.
    Noise(Vec<f32>),
    /// At these images in [−1, 1], which are carried back: to their noise, or to when the request says.
    Images(Vec<f32>),
}

/// What a run must keep of an image; values image after image, row-major, in [−1, 1].
#[derive(Debug, Clone, PartialEq)]
pub enum Keep {
    /// The values where `mask` is 1; it is 0 elsewhere.
    Pixels {
        /// Every value; those that are not kept are ignored.
        values: Vec<f32>,
        /// 1 or 0 for each.
        mask: Vec<f32>,
    },
    /// The means of blocks of `block`² pixels.
    Blocks {
        /// The means.
        values: Vec<f32>,
        /// Side of a block.
        block: usize,
    },
}

/// Evaluations after which [`Run::finish`] waits for the device: nothing else keeps a GPU's queue short.
const QUEUED: usize = 64;

/// The most digits of one run.
pub const MAX_DIGITS: usize = 256;
/// The most values of its images: as many as those digits have, or 16 pictures of 64×64 in color.
const MAX_VALUES: usize = MAX_DIGITS * 784;

/// The most images of one run, of `dim` values each.
pub fn most_images(dim: usize) -> usize {
    MAX_DIGITS.min(MAX_VALUES / dim).max(1)
}

impl Session {
    /// Opens an engine.
    pub async fn open(engine: Engine) -> Result<Self> {
        Ok(Self { opened: engine.open().await?, loaded: None })
    }

    /// The engine's device.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Loads weights; on an error the ones before stay. A GPU first evaluates the network where the CPU does too: errors
    /// where the two differ.
    pub async fn load(&mut self, bytes: &[u8]) -> Result<()> {
        self.loaded = Some(Rc::new(Self::loaded(&self.opened, bytes).await?));
        Ok(())
    }

    /// The network of a weights file on an engine's device, tried there; see [`Self::load`].
    pub async fn loaded(opened: &Opened, bytes: &[u8]) -> Result<Loaded> {
        let loaded = weights::from_bytes(bytes, &opened.device)?;
        if opened.watch.is_gpu() {
            let cpu = weights::from_bytes(bytes, &crate::device::cpu())?;
            let (expected, found) = (known_answer(&cpu).await?, known_answer(&loaded).await);
            opened.watch.check()?;
            let found = found.map_err(|e| match e.kind() {
                Kind::Numeric => opened.watch.not_finite(e.to_string()),
                _ => e,
            })?;
            let size = expected.iter().fold(1f32, |most, v| most.max(v.abs()));
            let error = expected.iter().zip(found).fold(0f32, |most, (a, b)| most.max((a - b).abs()));
            if error > 0.02 * size {
                let text =
                    format!("the GPU computes this network wrongly (an error of {error:.1e} in {size:.1})");
                return Err(Error::device(text));
            }
        }
        Ok(loaded)
    }

    /// Makes weights that [`Self::loaded`] tried the ones that runs begin with.
    pub fn install(&mut self, loaded: Loaded) {
        self.loaded = Some(Rc::new(loaded));
    }

    /// Begins a run from noise to digits.
    pub fn start(&self, request: &Request) -> Result<Run> {
        self.begin(request, Start::Seed, None)
    }

    /// Begins a run where `start` says, keeping what `keep` says. Errors, with a sentence, where sizes do not fit
    /// or a value is not finite.
    pub fn begin(&self, request: &Request, start: Start, keep: Option<Keep>) -> Result<Run> {
        let loaded = self.loaded.clone().ok_or_else(|| Error::config("load weights before sampling"))?;
        let solver = Solver::from_id(&request.solver)
            .ok_or_else(|| Error::config(format!("no solver is called {}", request.solver)))?;
        let net = &loaded.header.net;
        let (n, most) = (request.labels.len(), most_images(net.dim()));
        if n == 0 || n > most {
            return Err(Error::config(format!("ask for 1 to {most} images, not {n}")));
        }
        if request.first > most - n {
            let first = request.first;
            return Err(Error::config(format!("a seed has {most} images, not {n} after {first}")));
        }
        let from = request.from;
        if !(0.0..1.0).contains(&from) || (from > 0.0 && start == Start::Seed) {
            return Err(Error::config(format!(
                "a run from a seed begins at 0, any other at a time from 0 to less than 1, not at {from}"
            )));
        }
        let tolerance = Tolerance { absolute: request.tolerance, relative: request.tolerance };
        let config = SampleConfig {
            solver,
            steps: request.steps,
            spacing: request.spacing,
            tolerance,
            guidance: request.guidance,
            corrections: request.corrections,
        };
        let device = &self.opened.device;
        let condition = condition(&request.labels, &net.groups(), device)?;
        let rows = |values: Vec<f32>, width: usize| {
            if values.len() != n * width || values.iter().any(|v| !v.is_finite()) {
                let found = values.len();
                return Err(Error::config(format!(
                    "{n} images need {} finite values, not {found}",
                    n * width
                )));
            }
            Ok(Tensor::<2>::from_data(TensorData::new(values, [n, width]), device))
        };
        if net.is_map() {
            let x = match (start, keep) {
                (Start::Seed, None) => request.noise(n, net.dim()),
                (Start::Noise(values), None) => values,
                _ => return Err(Error::config("a few-step network only goes from noise to images")),
            };
            let sampler = MapSampler::new(rows(x, net.dim())?, from, request.steps)?;
            let motion = Motion::Map(Box::new((sampler, condition)));
            return Ok(Run { motion, loaded, watch: self.opened.watch.clone() });
        }
        let path = AffinePath::new(loaded.header.schedule)?;
        let condition = Some(condition);
        let sampler = match start {
            Start::Seed => {
                Sampler::new(config, path, rows(request.noise(n, net.dim()), net.dim())?, condition)?
            }
            Start::Noise(values) if from == 0.0 => {
                Sampler::new(config, path, rows(values, net.dim())?, condition)?
            }
            Start::Noise(values) => {
                let times = [from, path.schedule().t_max()];
                Sampler::between(config, path, rows(values, net.dim())?, times, condition)?
            }
            Start::Images(values) => {
                let times = [path.schedule().t_max(), from];
                Sampler::between(config, path, rows(values, net.dim())?, times, condition)?
            }
        };
        let sampler = match keep {
            None => sampler,
            Some(Keep::Pixels { values, mask }) => {
                let (values, mask) = (rows(values, net.dim())?, rows(mask, net.dim())?);
                sampler.inpainting(Known::Pixels { values, mask })?
            }
            Some(Keep::Blocks { values, block }) => {
                let side = net.side();
                if block == 0 || !side.is_multiple_of(block) {
                    return Err(Error::config(format!(
                        "blocks of {block} do not divide a side of {side} pixels"
                    )));
                }
                let colors = net.colors();
                let values = rows(values, (side / block).pow(2) * colors)?;
                sampler.inpainting(Known::Blocks { values, side, block, colors })?
            }
        };
        Ok(Run { motion: Motion::Flow(Box::new(sampler)), loaded, watch: self.opened.watch.clone() })
    }
}

/// Rows of a condition. Errors where a class does not exist, or weights are too few, too many or outside [0, 1].
fn condition(labels: &[Option<Label>], groups: &[usize], device: &Device) -> Result<Condition> {
    let classes: usize = groups.iter().sum();
    let mut rows = vec![0f32; labels.len() * classes];
    for (row, label) in rows.chunks_mut(classes).zip(labels) {
        match label {
            None => {}
            Some(Label::Class(class)) if groups.len() == 1 => set_class(row, *class)?,
            Some(Label::Weights(weights))
                if weights.len() == classes && weights.iter().all(|w| (0.0..=1.0).contains(w)) =>
            {
                row.copy_from_slice(weights);
            }
            Some(_) => {
                return Err(Error::config(format!(
                    "this network needs {classes} weights from 0 to 1 an image"
                )));
            }
        }
    }
    Ok(Tensor::from_data(TensorData::new(rows, [labels.len(), classes]), device))
}

/// What the network says at two points: at noise and near the data, with a class and without. A flow map says it of the way to the data.
async fn known_answer(loaded: &Loaded) -> Result<Vec<f32>> {
    let net = &loaded.header.net;
    let device = &loaded.net.devices()[0];
    let noise = Rng::new(0, Stream::Noise).normals(2 * net.dim());
    let x = Tensor::from_data(TensorData::new(noise, [2, net.dim()]), device);
    let condition = one_hot(&[Some(0), None], net.classes(), device)?;
    let t = Tensor::from_floats([0.1, 0.9], device);
    if net.is_map() {
        let s = t.ones_like();
        return read(Classed { net: &loaded.net, condition }.average_velocity(x, t, s)).await;
    }
    read(loaded.net.velocity(x, t, Some(condition))).await
}

/// How a run moves: a solver along a velocity, or a flow map's own steps with the classes that it is for.
enum Motion {
    Flow(Box<Sampler>),
    Map(Box<(MapSampler, Condition)>),
}

/// A run in progress. Dropping it stops it.
pub struct Run {
    motion: Motion,
    loaded: Rc<Loaded>,
    watch: crate::device::Watch,
}

/// A frame on the host: values of n images, row-major, in the network's units.
#[derive(Debug, Clone, PartialEq)]
pub struct HostFrame {
    /// Its time.
    pub t: f64,
    /// x_t of every image.
    pub x: Vec<f32>,
    /// The predicted x1 of every image.
    pub x1: Vec<f32>,
    /// Evaluations so far.
    pub nfe: usize,
    /// Whether it is the last.
    pub done: bool,
}

impl Run {
    /// The next frame on the device.
    async fn advance(&mut self) -> Result<Option<Frame>> {
        self.watch.check()?;
        let net = &self.loaded.net;
        let frame = match &mut self.motion {
            Motion::Flow(sampler) => sampler.next(net).await,
            Motion::Map(map) => {
                let (sampler, condition) = &mut **map;
                Ok(sampler.next(&Classed { net, condition: condition.clone() }))
            }
        };
        self.watch.check()?;
        frame
    }

    /// The next frame, `None` after the last. Errors where the device was lost or values are not finite, which on a GPU
    /// is the device's fault.
    pub async fn next(&mut self) -> Result<Option<HostFrame>> {
        let Some(frame) = self.advance().await? else { return Ok(None) };
        self.fetch(frame).await.map(Some)
    }

    /// Runs on to the last frame, which alone is read back: where only the end is wanted, a GPU need not be waited for at
    /// each step. Errors as [`Self::next`], and where the end was reached before.
    pub async fn finish(&mut self) -> Result<HostFrame> {
        let mut waited = 0;
        loop {
            match self.advance().await? {
                Some(frame) if frame.done => return self.fetch(frame).await,
                Some(frame) if frame.nfe >= waited + QUEUED => {
                    waited = frame.nfe;
                    let one = read(frame.x.slice([0..1, 0..1])).await;
                    self.watch.check()?;
                    one.map_err(|e| self.blamed(e))?;
                }
                Some(_) => {}
                None => return Err(Error::config("this run is over")),
            }
        }
    }

    /// Values that are not finite are a GPU's fault where one computes.
    fn blamed(&self, error: Error) -> Error {
        match error.kind() {
            Kind::Numeric => self.watch.not_finite(error.to_string()),
            _ => error,
        }
    }

    async fn fetch(&self, frame: Frame) -> Result<HostFrame> {
        let values = match frame.done {
            // At the end both are the same.
            true => read(frame.x.clone()).await.map(|x| (x.clone(), x)),
            false => read_all([frame.x.clone(), frame.x1()]).await.map(|[x, x1]| (x, x1)),
        };
        self.watch.check()?;
        let (x, x1) = values.map_err(|e| self.blamed(e))?;
        Ok(HostFrame { t: frame.t, x, x1, nfe: frame.nfe, done: frame.done })
    }
}
