//! What every part of the engine works with.

use std::sync::Arc;

use longhaul_queue::Queue;
use longhaul_store::Store;
use longhaul_store::records::{MailboxRecord, ProjectRecord, Side};
use longhaul_worker::Endpoints;

use super::Options;
use super::rates::Rates;
use super::trouble::{Trouble, chain};
use crate::verify::Board;

/// Shared by the loop, its tasks and the handles. Holds no truth.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) options: Options,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) rates: Rates,
    pub(crate) verifications: Board,
}

impl Context {
    /// One side of a mailbox, and how to call it in a sentence.
    pub(crate) fn mailbox(
        &self,
        project: &ProjectRecord,
        mailbox: &MailboxRecord,
        side: Side,
    ) -> Result<(longhaul_ews::Mailbox, String), Trouble> {
        let address = match side {
            Side::Source => &mailbox.source,
            Side::Destination => &mailbox.destination,
        };
        let client = self.endpoints.client(project.endpoint(side)).map_err(|error| {
            Trouble::lasting(error.code(), format!("{side} tenant: {}", chain(&error)))
        })?;
        Ok((client.mailbox(side, address), format!("{side} mailbox {address}")))
    }
}
