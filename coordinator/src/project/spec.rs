//! A project as it is submitted.

use longhaul_core::state::{MailboxState, ProjectState};
use longhaul_core::{MailboxId, ProjectId, Timestamp};
use longhaul_identity::SecretRef;
use longhaul_store::records::{
    CredentialRecord, EndpointRecord, MailboxRecord, OptionsRecord, ProjectRecord,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The word that confirms coexistence (B-21).
pub const CONFIRM: &str = "Confirm";

/// The worldwide cloud's authority.
/// Source: Microsoft: "OAuth 2.0 client credentials flow on the Microsoft identity platform".
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// The worldwide cloud's EWS endpoint.
/// Source: Microsoft: "Authenticate an EWS application by using OAuth".
const EWS_URL: &str = "https://outlook.office365.com/EWS/Exchange.asmx";

/// The worldwide cloud's scope of EWS tokens.
/// Source: Microsoft: "Authenticate an EWS application by using OAuth".
const EWS_SCOPE: &str = "https://outlook.office365.com/.default";

/// A project: two tenants, how to go about it, and the mailboxes (B-20).
///
/// A value of this type is well formed; [`Spec::check`] says whether it is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Its name, unique on a server.
    pub name: String,
    /// The customer it is for.
    #[serde(default)]
    pub customer: Option<String>,
    /// The word `Confirm`: both tenants stay in use, and nothing is taken from the source.
    pub confirm: String,
    /// The tenant that is read.
    pub source: Endpoint,
    /// The tenant that is written.
    pub destination: Endpoint,
    /// How to go about it.
    #[serde(default)]
    pub options: Options,
    /// The mailboxes.
    pub mailboxes: Vec<Pair>,
}

/// A tenant, and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The tenant's id, a GUID.
    pub tenant_id: String,
    /// The application's id in that tenant, a GUID.
    pub client_id: String,
    /// Where the client secret stands: `env:NAME` or `file:PATH`, as the server sees it.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "env:SOURCE_CLIENT_SECRET")]
    pub client_secret: Option<SecretRef>,
    /// Where a PEM file with the certificate and its key stands: `file:PATH` or `env:NAME`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub certificate: Option<SecretRef>,
    /// The token authority, without the tenant.
    #[serde(default = "authority")]
    pub authority: String,
    /// The EWS endpoint.
    #[serde(default = "ews_url")]
    pub ews_url: String,
    /// The scope of EWS tokens; national clouds have their own.
    #[serde(default = "ews_scope")]
    pub ews_scope: String,
    /// A further certificate authority to trust, as PEM.
    #[serde(default)]
    pub ca_certificate: Option<String>,
}

pub(super) fn authority() -> String {
    AUTHORITY.to_owned()
}

pub(super) fn ews_url() -> String {
    EWS_URL.to_owned()
}

pub(super) fn ews_scope() -> String {
    EWS_SCOPE.to_owned()
}

/// How to go about a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Whether associated (hidden) items are copied too.
    pub associated_items: bool,
    /// Whether what is deleted in the source between passes is deleted in the destination too: into
    /// the recoverable items, and only where nobody has changed it there.
    pub deletions: bool,
    /// Requests of a worker at a time to one mailbox, on each side: 1 to 10.
    #[schema(minimum = 1, maximum = 10)]
    pub mailbox_requests: u16,
    /// Whether reports and lists may name an item by its subject (B-71).
    pub show_subjects: bool,
    /// Items of a mailbox that may fail before a pass gives the mailbox up (B-72).
    pub error_budget: u64,
}

impl Default for Options {
    fn default() -> Self {
        OptionsRecord::default().into()
    }
}

impl From<OptionsRecord> for Options {
    fn from(record: OptionsRecord) -> Self {
        let OptionsRecord {
            associated_items,
            deletions,
            mailbox_requests,
            show_subjects,
            error_budget,
        } = record;
        Self { associated_items, deletions, mailbox_requests, show_subjects, error_budget }
    }
}

impl From<Options> for OptionsRecord {
    fn from(options: Options) -> Self {
        let Options { associated_items, deletions, mailbox_requests, show_subjects, error_budget } =
            options;
        Self { associated_items, deletions, mailbox_requests, show_subjects, error_budget }
    }
}

/// A mailbox: one source address, one destination address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The address in the source tenant.
    pub source: String,
    /// The address in the destination tenant.
    pub destination: String,
    /// The batch it belongs to (B-75).
    #[serde(default)]
    pub batch: Option<String>,
}

impl Endpoint {
    /// The record of this endpoint. Call it after [`Spec::check`]: it needs a credential.
    fn into_record(self) -> Option<EndpointRecord> {
        let credential = match (self.client_secret, self.certificate) {
            (Some(secret), None) => CredentialRecord::Secret(secret.to_string()),
            (None, Some(certificate)) => CredentialRecord::Certificate(certificate.to_string()),
            _ => return None,
        };
        Some(EndpointRecord {
            tenant_id: self.tenant_id,
            client_id: self.client_id,
            credential,
            authority: self.authority,
            ews_url: self.ews_url,
            ews_scope: self.ews_scope,
            ca_certificate: self.ca_certificate,
        })
    }
}

impl Spec {
    /// The records of a new project that was submitted at `now`: the project, confirmed, and its
    /// mailboxes, each with its counterpart named. `None` if [`Spec::check`] has something to say.
    #[must_use]
    pub fn into_records(self, now: Timestamp) -> Option<(ProjectRecord, Vec<MailboxRecord>)> {
        if !self.check().is_empty() {
            return None;
        }
        let id = ProjectId::generate();
        let project = ProjectRecord {
            id,
            name: self.name,
            customer: self.customer,
            state: ProjectState::Confirmed,
            source: self.source.into_record()?,
            destination: self.destination.into_record()?,
            options: self.options.into(),
            created: now,
            problems: Vec::new(),
        };
        let mailboxes = self
            .mailboxes
            .into_iter()
            .map(|pair| MailboxRecord {
                id: MailboxId::generate(),
                project: id,
                source: pair.source,
                destination: pair.destination,
                batch: pair.batch,
                state: MailboxState::Matched,
                last_pass: None,
                problem: None,
            })
            .collect();
        Some((project, mailboxes))
    }
}
