//! A project: two endpoints and how to go about it.

use longhaul_core::state::ProjectState;
use longhaul_core::{ProjectId, Side, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Problem, Record};

/// A project (B-20).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectRecord {
    /// Its id.
    pub id: ProjectId,
    /// Its name, unique on a server.
    pub name: String,
    /// The customer it is for.
    pub customer: Option<String>,
    /// Where it stands.
    pub state: ProjectState,
    /// The source tenant.
    pub source: EndpointRecord,
    /// The destination tenant.
    pub destination: EndpointRecord,
    /// How to go about it.
    pub options: OptionsRecord,
    /// When it was submitted.
    pub created: Timestamp,
    /// Why processing failed, if it did.
    pub problems: Vec<Problem>,
}

/// A tenant and how to reach it. Holds no secret, only where to find one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointRecord {
    /// The tenant's id.
    pub tenant_id: String,
    /// The application's id in that tenant.
    pub client_id: String,
    /// What the application shows.
    pub credential: CredentialRecord,
    /// The token authority, without the tenant.
    pub authority: String,
    /// The EWS endpoint.
    pub ews_url: String,
    /// The scope of EWS tokens.
    pub ews_scope: String,
    /// A further certificate authority to trust, as PEM.
    pub ca_certificate: Option<String>,
}

/// Where an application's credential is found: `env:NAME` or `file:PATH`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialRecord {
    /// A client secret.
    Secret(String),
    /// A certificate with its private key, as PEM.
    Certificate(String),
}

/// How to go about a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionsRecord {
    /// Whether associated (hidden) items are copied too.
    #[serde(default)]
    pub associated_items: bool,
    /// Whether what is deleted in the source between passes is deleted in the destination too.
    #[serde(default)]
    pub deletions: bool,
    /// Requests of a worker at a time to one mailbox, on each side.
    #[serde(default = "default_mailbox_requests")]
    pub mailbox_requests: u16,
    /// Whether reports and lists may name an item by its subject (B-71).
    #[serde(default)]
    pub show_subjects: bool,
    /// Items of a mailbox that may fail before a pass gives the mailbox up (B-72).
    #[serde(default = "default_error_budget")]
    pub error_budget: u64,
}

/// What nobody looks through one by one any more.
const fn default_error_budget() -> u64 {
    1000
}

/// Well below the documented advice of ten open requests ([ED ews-throttling-in-exchange.md]).
const fn default_mailbox_requests() -> u16 {
    4
}

impl Default for OptionsRecord {
    fn default() -> Self {
        Self {
            associated_items: false,
            deletions: false,
            mailbox_requests: default_mailbox_requests(),
            show_subjects: false,
            error_budget: default_error_budget(),
        }
    }
}

impl ProjectRecord {
    /// The key of all projects.
    pub const PREFIX: &str = "project/";

    /// The key of the project with this id.
    #[must_use]
    pub fn key_of(id: ProjectId) -> String {
        format!("{}{id}", Self::PREFIX)
    }

    /// The endpoint of one side.
    #[must_use]
    pub const fn endpoint(&self, side: Side) -> &EndpointRecord {
        match side {
            Side::Source => &self.source,
            Side::Destination => &self.destination,
        }
    }
}

impl Record for ProjectRecord {
    fn key(&self) -> String {
        Self::key_of(self.id)
    }
}
