//! Tenants with their applications and mailboxes: what is asked for, and what runs.

mod account;
mod gate;
mod specification;
mod world;

pub(crate) use account::Account;
pub(crate) use gate::Refused;
pub use specification::{
    ApplicationSpecification, Content, MailboxSpecification, SpecificationError,
    TenantSpecification,
};
pub(crate) use specification::{client_id_of, derived, tenant_id_of};
pub(crate) use world::{Application, Settings, Tenant, World, lock};
