//! One error type for the whole crate. It becomes text only at the edges (programs, web exports).

use std::fmt;

/// What an [`Error`] is about, so that a caller can react without reading its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A setting outside its domain. The text says what to change.
    Config,
    /// A data file that is missing, cut, or not what it claims to be.
    Data,
    /// A weights file that is cut, foreign, or made for another network.
    Weights,
    /// The compute device is missing, was lost, or refused the work.
    Device,
    /// A NaN or an infinity where a finite number is needed.
    Numeric,
}

/// A [`Kind`] and a sentence that says what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    message: String,
}

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// What the error is about.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A wrong setting: see [`Kind::Config`].
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, message)
    }

    /// A bad data file: see [`Kind::Data`].
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(Kind::Data, message)
    }

    /// A bad weights file: see [`Kind::Weights`].
    pub fn weights(message: impl Into<String>) -> Self {
        Self::new(Kind::Weights, message)
    }

    /// A device that failed: see [`Kind::Device`].
    pub fn device(message: impl Into<String>) -> Self {
        Self::new(Kind::Device, message)
    }

    /// A value that is not finite: see [`Kind::Numeric`].
    pub fn numeric(message: impl Into<String>) -> Self {
        Self::new(Kind::Numeric, message)
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
