//! What the page's worker drives: an engine with weights, and runs that give a frame at each pull. Knows no
//! JavaScript.

use crate::device::{Engine, Opened};
use crate::error::{Error, Result};
use crate::path::AffinePath;
use crate::rng::{Rng, Stream};
use crate::sample::{Guidance, SampleConfig, Sampler, read};
use crate::solver::{Solver, Tolerance};
use crate::weights::{self, Loaded};
use burn::tensor::{Tensor, TensorData};
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
    /// The class of each digit; `null` for none.
    pub labels: Vec<Option<u8>>,
    /// A [`Solver::id`].
    pub solver: String,
    /// Steps of a fixed-step solver.
    pub steps: usize,
    /// Tolerance of an adaptive solver, absolute and relative.
    pub tolerance: f64,
    /// Guidance and when it holds.
    pub guidance: Guidance,
}

/// The most digits of one run.
pub const MAX_DIGITS: usize = 256;

impl Session {
    /// Opens an engine.
    pub async fn open(engine: Engine) -> Result<Self> {
        Ok(Self { opened: engine.open().await?, loaded: None })
    }

    /// The engine's device.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Loads weights; on an error the ones before stay.
    pub fn load(&mut self, bytes: &[u8]) -> Result<()> {
        self.loaded = Some(Rc::new(weights::from_bytes(bytes, &self.opened.device)?));
        Ok(())
    }

    /// Begins a run.
    pub fn start(&self, request: &Request) -> Result<Run> {
        let loaded = self.loaded.clone().ok_or_else(|| Error::config("load weights before sampling"))?;
        let solver = Solver::from_id(&request.solver)
            .ok_or_else(|| Error::config(format!("no solver is called {}", request.solver)))?;
        let n = request.labels.len();
        if n == 0 || n > MAX_DIGITS {
            return Err(Error::config(format!("ask for 1 to {MAX_DIGITS} digits, not {n}")));
        }
        let tolerance = Tolerance { absolute: request.tolerance, relative: request.tolerance };
        let config = SampleConfig { solver, steps: request.steps, tolerance, guidance: request.guidance };
        let net = &loaded.header.net;
        let device = &self.opened.device;
        let condition = crate::field::one_hot(&request.labels, net.classes(), device)?;
        let noise = Rng::new(u64::from(request.seed), Stream::Noise).normals(n * net.dim());
        let noise = Tensor::from_data(TensorData::new(noise, [n, net.dim()]), device);
        let path = AffinePath::new(loaded.header.schedule)?;
        let sampler = Sampler::new(config, path, noise, Some(condition))?;
        Ok(Run { sampler, loaded, watch: self.opened.watch.clone() })
    }
}

/// A run in progress. Dropping it stops it.
pub struct Run {
    sampler: Sampler,
    loaded: Rc<Loaded>,
    watch: crate::device::Watch,
}

/// A frame on the host: pixels of n digits, row-major, in the network's units.
#[derive(Debug, Clone, PartialEq)]
pub struct HostFrame {
    /// Its time.
    pub t: f64,
    /// x_t of every digit.
    pub x: Vec<f32>,
    /// The predicted x1 of every digit.
    pub x1: Vec<f32>,
    /// Evaluations so far.
    pub nfe: usize,
    /// Whether it is the last.
    pub done: bool,
}

impl Run {
    /// The next frame, `None` after the last. Errors where the device was lost or values are not finite.
    pub async fn next(&mut self) -> Result<Option<HostFrame>> {
        self.watch.check()?;
        let frame = self.sampler.next(&self.loaded.net).await;
        self.watch.check()?;
        let Some(frame) = frame? else { return Ok(None) };
        // One read for both: each costs a round trip to the GPU.
        let both = read(Tensor::cat(vec![frame.x, frame.x1], 0)).await;
        self.watch.check()?;
        let mut x = both?;
        let x1 = x.split_off(x.len() / 2);
        Ok(Some(HostFrame { t: frame.t, x, x1, nfe: frame.nfe, done: frame.done }))
    }
}
