//! The HTTP layer: headers, bodies, tokens, statuses and wait hints.

mod body;
mod call;
mod hint;
mod measure;
mod status;

pub(crate) use body::Body;
pub(crate) use call::Call;
