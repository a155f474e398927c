//! Errors of calls, items and streams, and what to do about each.
//!
//! A failure shows in one of three layers, told apart in this order: HTTP, SOAP fault, response
//! message of one item. The first two are an [`Error`] of the whole call, the third an
//! [`ItemError`]. Both give a [`Class`] (what to do), a stable code, the service's own response
//! code, its wait hint and its request id.

mod call;
mod class;
mod item;
mod response_codes;
mod stream;
mod transport;

pub use call::Error;
pub use class::{Class, Executed};
pub use item::ItemError;
pub use stream::{StreamError, UploadStreamError};

pub(crate) use call::Kind;
pub(crate) use item::Service;
pub(crate) use response_codes::{Verdict, verdict};
