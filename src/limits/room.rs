//! Memory for a body, asked for before its bytes are kept.
//!
//! Knows neither who sends the body nor what it is for.

use std::convert::Infallible;

/// Takes memory for a body that grows.
pub trait Room {
    /// Why there was none.
    type Refused;

    /// Takes what a body of so many bytes needs, in all. May wait, with a deadline.
    fn hold(&mut self, body_bytes: usize)
    -> impl Future<Output = Result<(), Self::Refused>> + Send;
}

/// For bodies of so small a limit that nobody counts them.
#[derive(Debug, Clone, Copy)]
pub struct Uncounted;

impl Room for Uncounted {
    type Refused = Infallible;

    async fn hold(&mut self, _: usize) -> Result<(), Infallible> {
        Ok(())
    }
}
