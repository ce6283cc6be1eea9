//! Checkpoints that resume to the same trajectory: weights, average, optimizer state and step.

use super::images::ImageConfig;
use super::trainer::Trainer;
use crate::error::{Error, Result};
use crate::field::VelocityField;
use burn::module::Module;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder that holds the last complete checkpoint.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct State {
    step: u64,
    config: ImageConfig,
}

const MODULE: &str = "module.bpk";
/// What the optimizer remembers and the average, 4 bytes a number.
const OPTIMIZER: &str = "optimizer.f32";
const STATE: &str = "state.json";

impl Checkpoint {
    /// Checkpoints in `folder`, which is made when first saved to.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn current(&self) -> PathBuf {
        self.folder.join("current")
    }

    /// Whether there is a checkpoint.
    pub fn exists(&self) -> bool {
        self.current().join(STATE).exists()
    }

    /// Saves. A crash half way leaves the checkpoint before it whole: the new one is written beside it and
    /// then takes its name.
    pub fn save<M: Module + VelocityField>(&self, trainer: &Trainer<M>, config: &ImageConfig) -> Result<()> {
        let (next, last) = (self.folder.join("next"), self.folder.join("last"));
        let failed = |what: &Path, e: &dyn std::fmt::Debug| {
            Error::data(format!("the checkpoint {} could not be written: {e:?}", what.display()))
        };
        let _ = fs::remove_dir_all(&next);
        fs::create_dir_all(&next).map_err(|e| failed(&next, &e))?;
        trainer.module.valid().save_file(next.join(MODULE)).map_err(|e| failed(&next, &e))?;
        let bytes: Vec<u8> = trainer.optimizer.values().iter().flat_map(|v| v.to_le_bytes()).collect();
        fs::write(next.join(OPTIMIZER), bytes).map_err(|e| failed(&next, &e))?;
        let state = State { step: trainer.step, config: config.clone() };
        let json = serde_json::to_string_pretty(&state).map_err(|e| failed(&next, &e))?;
        fs::write(next.join(STATE), json).map_err(|e| failed(&next, &e))?;
        let _ = fs::remove_dir_all(&last);
        if self.current().exists() {
            fs::rename(self.current(), &last).map_err(|e| failed(&last, &e))?;
        }
        fs::rename(&next, self.current()).map_err(|e| failed(&next, &e))
    }

    /// Continues `trainer` where the checkpoint was made. Errors where it belongs to other settings.
    pub fn restore<M: Module + VelocityField>(
        &self,
        trainer: Trainer<M>,
        config: &ImageConfig,
    ) -> Result<Trainer<M>> {
        let at = self.current();
        let failed = |e: &dyn std::fmt::Debug| {
            Error::data(format!(
                "the checkpoint {} cannot be read: {e:?}. Remove it to start anew.",
                at.display()
            ))
        };
        let json = fs::read_to_string(at.join(STATE)).map_err(|e| failed(&e))?;
        let state: State = serde_json::from_str(&json).map_err(|e| failed(&e))?;
        if state.config != *config {
            return Err(Error::config(format!(
                "the checkpoint {} was made with other settings ({:?}); use another folder or remove it",
                at.display(),
                state.config
            )));
        }
        let mut trainer = trainer;
        trainer.module = trainer.module.try_load_file(at.join(MODULE)).map_err(|e| failed(&e))?;
        let bytes = fs::read(at.join(OPTIMIZER)).map_err(|e| failed(&e))?;
        let values = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let restored = trainer.optimizer.with_values(values);
        trainer.optimizer = restored.ok_or_else(|| failed(&"optimizer.f32 is of another size"))?;
        trainer.step = state.step;
        Ok(trainer)
    }
}
