//! A simulated Exchange Online: token endpoint, EWS and mailboxes, for tests and demonstrations.
//!
//! Purpose: the only Exchange that longhaul's tests can have. It shares no code with the client:
//! own XML, own FastTransfer writer and parser, so one misunderstanding cannot hide in both.
//!
//! ```no_run
//! # async fn run() -> Result<(), longhaul_simulator::StartError> {
//! use longhaul_simulator::Simulator;
//!
//! let running = Simulator::builder().demo_tenants(1, 3, 50).start("127.0.0.1:0", false).await?;
//! println!("{}", running.description());
//! running.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! It answers for names below `.test` and `.example` only, so nothing that talks to it can be
//! mistaken for a real tenant. It fails at start ([`StartError`]); later only towards its clients.

mod builder;
mod control;
mod fasttransfer;
mod faults;
mod generate;
mod mailbox;
mod mapi;
mod operations;
mod seed;
mod server;
mod soap;
mod tenant;
mod token;

pub use builder::{Simulator, StartError};
pub use seed::Report as Seeding;
pub use server::{ListenError, Running, TlsError};
pub use tenant::{
    ApplicationSpecification, Content, MailboxSpecification, SpecificationError,
    TenantSpecification,
};
pub use token::KeyError;
