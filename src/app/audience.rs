//! Who a running server is for.
//!
//! Not for who calls: that is `auth`'s.

/// Who may call besides clients of the public origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A deployment.
    Public,
    /// A demo on one machine: its own pages may call too.
    ThisMachine,
}
