//! What the API shows of projects. The rest of what travels is the engine's own.

use longhaul_core::state::{MailboxState, ProjectState};
use longhaul_core::{MailboxId, ProjectId, Timestamp};
use longhaul_store::records::{EndpointRecord, MailboxRecord, ProjectRecord};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::engine::{ProblemStatus, Selection};
use crate::project::Options;
use crate::verify::VerificationId;

/// The server is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `running`, or `stopping` once it takes no more changes.
    pub status: String,
    /// The server's version.
    pub version: String,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The customer it is for.
    pub customer: Option<String>,
    /// Where it stands.
    #[schema(value_type = String)]
    pub state: ProjectState,
    /// When it was submitted, in milliseconds since 1970, UTC.
    #[schema(value_type = i64)]
    pub created: Timestamp,
    /// The tenant that is read.
    pub source: EndpointView,
    /// The tenant that is written.
    pub destination: EndpointView,
    /// How to go about it.
    pub options: Options,
    /// Why setting it up failed, if it did.
    pub problems: Vec<ProblemStatus>,
}

/// A tenant. The credential is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndpointView {
    /// The tenant's id.
    pub tenant_id: String,
    /// The application's id in that tenant.
    pub client_id: String,
    /// The token authority.
    pub authority: String,
    /// The EWS endpoint.
    pub ews_url: String,
}

/// A project with its mailboxes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectDetail {
    /// The project.
    #[serde(flatten)]
    pub project: ProjectView,
    /// Its mailboxes, in the order of their source addresses.
    pub mailboxes: Vec<MailboxView>,
}

/// A mailbox of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MailboxView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: MailboxId,
    /// The address in the source tenant.
    pub source: String,
    /// The address in the destination tenant.
    pub destination: String,
    /// Its batch.
    pub batch: Option<String>,
    /// Where it stands.
    #[schema(value_type = String)]
    pub state: MailboxState,
}

/// A verification that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Started {
    /// Its id.
    pub id: VerificationId,
}

/// How many dead jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadParams {
    /// At most so many.
    pub limit: Option<u16>,
}

/// Which errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ErrorParams {
    /// Of the mailbox with this source address, destination address or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<String>,
    /// Of this batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// With this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// After this place: the `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// At most so many, up to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
}

/// Which item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ItemParams {
    /// The mailbox: source address, destination address or id.
    pub mailbox: String,
    /// The item's id on either side.
    pub item: String,
}

/// Which mailbox, and what a pass would be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ForecastParams {
    /// The mailbox: source address, destination address or id.
    pub mailbox: String,
    /// A pre-stage with this cut-off, in milliseconds since 1970, UTC; a full pass without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<i64>)]
    pub cutoff: Option<Timestamp>,
}

impl ErrorParams {
    /// Which mailboxes they are about.
    #[must_use]
    pub fn selection(&self) -> Selection {
        match (&self.mailbox, &self.batch) {
            (Some(mailbox), _) => Selection::Mailboxes(vec![mailbox.clone()]),
            (None, Some(batch)) => Selection::Batch(batch.clone()),
            (None, None) => Selection::All,
        }
    }
}

impl From<&EndpointRecord> for EndpointView {
    fn from(record: &EndpointRecord) -> Self {
        Self {
            tenant_id: record.tenant_id.clone(),
            client_id: record.client_id.clone(),
            authority: record.authority.clone(),
            ews_url: record.ews_url.clone(),
        }
    }
}

impl From<ProjectRecord> for ProjectView {
    fn from(record: ProjectRecord) -> Self {
        Self {
            id: record.id,
            source: (&record.source).into(),
            destination: (&record.destination).into(),
            options: record.options.into(),
            problems: record.problems.iter().map(ProblemStatus::from).collect(),
            name: record.name,
            customer: record.customer,
            state: record.state,
            created: record.created,
        }
    }
}

impl From<MailboxRecord> for MailboxView {
    fn from(record: MailboxRecord) -> Self {
        Self {
            id: record.id,
            source: record.source,
            destination: record.destination,
            batch: record.batch,
            state: record.state,
        }
    }
}
