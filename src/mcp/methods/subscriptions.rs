//! `subscriptions/listen`: acknowledges that nothing is announced, and ends (basic/patterns/subscriptions).
//!
//! Holds no stream open: nothing of ours changes while somebody watches. Clients ask unasked, and
//! some give a server up that doesn't know the method.

use serde_json::{Map, Value};

use crate::mcp::{
    Code, Context, Error, Host,
    asked::Asked,
    implementation::TASKS_EXTENSION,
    jsonrpc::is_nothing,
    messages::{self, Keep, ResultWriter},
};

/// Says first that no kind of notification will come, then that the subscription is over.
///
/// # Errors
/// When what is asked for is no filter.
pub(in crate::mcp) fn listen<H: Host>(
    asked: &Asked<'_, H>,
    context: &Context,
    params: &Map<String, Value>,
) -> Result<Vec<u8>, Error> {
    let filter = params.get("notifications").filter(|filter| !is_nothing(filter));
    if filter.is_some_and(|filter| !filter.is_object()) {
        let message = "`notifications` must be an object of the kinds to listen for";
        return Err(Error::new(Code::InvalidParams, message));
    }
    let asks_for_tasks = filter.is_some_and(|filter| filter.get("taskIds").is_some());
    if asks_for_tasks && asked.host.capabilities().tasks && !context.meta.takes_tasks {
        return Err(Error::missing_extension(TASKS_EXTENSION));
    }
    context.tell(messages::acknowledged(asked.id));
    Ok(ResultWriter::begin(asked.id, 256).of_subscription(asked.id).finish(
        asked.host,
        context,
        Keep::Unsaid,
    ))
}
