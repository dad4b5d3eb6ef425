//! A request on its way through its method: who asks, and its id.

use bytes::Bytes;

use super::{Host, RequestId, View};

/// A request on its way through its method.
pub(super) struct Asked<'r, H: Host> {
    pub(super) host: &'r H,
    pub(super) caller: &'r H::Caller,
    pub(super) view: &'r View,
    pub(super) id: &'r RequestId,
    /// JSON text of the parameters' member `arguments`.
    pub(super) arguments: Bytes,
}
