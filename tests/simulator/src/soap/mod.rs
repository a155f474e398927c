//! SOAP 1.1 as the service speaks it: requests read as a stream and checked
//! against the service's schema, responses and faults written as a stream.
//!
//! A request becomes a tree of [`node::Node`]s, except for the `Data` of an
//! upload: that text is decoded while it arrives and never held, however long
//! it is. Nothing is executed before the whole envelope has been read and
//! checked, as at the service.
//!
//! What fails here is a [`fault::Fault`] (HTTP 500 with an XML body) or a broken
//! connection; it never panics on any input.

pub(crate) mod base64_stream;
pub(crate) mod fault;
pub(crate) mod names;
pub(crate) mod node;
pub(crate) mod position;
pub(crate) mod request;
pub(crate) mod schema;
pub(crate) mod write;

#[cfg(test)]
mod tests;
