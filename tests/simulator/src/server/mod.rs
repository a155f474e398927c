//! HTTP and TLS in front of everything.
//!
//! One listener serves all tenants, HTTP/1.1 only, so a chunked request is one and a cut
//! connection concerns one request. Connections can be reset on purpose.

mod ews;
mod listen;
mod refuse;
mod reply;
mod routes;
mod running;
mod socket;
mod tls;

pub use listen::ListenError;
pub(crate) use listen::Listener;
pub(crate) use reply::ReplySink;
pub(crate) use routes::router;
pub use running::Running;
pub use tls::TlsError;
pub(crate) use tls::TlsIdentity;
