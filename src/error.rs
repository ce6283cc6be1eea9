//! One error type for the whole crate. It becomes text only at the edges (programs, web exports).

use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;

/// What an [`Error`] is about, so that a caller can react without reading its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
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

/// A [`Kind`] and a sentence that says what happened and what to do; the error that led to it, if there is one, is its
/// [`source`](std::error::Error::source). The sentence is whole without it. Errors are equal where kind and sentence are.
#[derive(Debug, Clone)]
pub struct Error {
    kind: Kind,
    message: String,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.message) == (other.kind, &other.message)
    }
}

impl Eq for Error {}

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
        Self { kind, message: message.into(), source: None }
    }

    /// The same error with the one that led to it.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        // Not for JavaScript, which gets the sentence alone: 4 KB of the engine.
        if cfg!(not(feature = "web")) {
            self.source = Some(Arc::new(source));
        }
        self
    }
}

/// What a person set, read from JSON. Errors say that `what` cannot be read, and where.
pub(crate) fn from_json<T: DeserializeOwned>(what: &str, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| Error::config(format!("{what} cannot be read: {e}")).because(e))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn an_error_keeps_what_led_to_it() {
        let cause = std::fs::read("/no/such/file").unwrap_err();
        let text = cause.to_string();
        let error = Error::data("no data").because(cause);
        assert_eq!((error.kind(), error.to_string().as_str()), (Kind::Data, "no data"));
        assert_eq!(error.source().unwrap().to_string(), text);
        assert_eq!(error, Error::data("no data"));
        assert!(Error::data("no data").source().is_none());
    }
}
