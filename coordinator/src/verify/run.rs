//! A verification from its beginning to its report.

use std::sync::Arc;

use futures::{StreamExt, stream};
use longhaul_store::records::{MailboxRecord, ProjectRecord};

use super::mailbox::Look;
use super::names::Names;
use super::{
    Progress, Report, Verification, VerificationId, VerificationState, VerifyOptions, limits,
};
use crate::engine::{Context, Refusal};

/// Mailboxes looked at at a time.
const MAILBOXES: usize = 4;

/// Notes that a verification begins, and returns the work to be done. Dropped before its end, it
/// shows as interrupted once the process is no more.
pub(crate) async fn begin(
    context: Arc<Context>,
    project: ProjectRecord,
    mailboxes: Vec<MailboxRecord>,
    options: VerifyOptions,
) -> Result<(VerificationId, impl Future<Output = ()> + Send + 'static), Refusal> {
    let id = VerificationId::generate();
    let deep = options.deep;
    let verification = Verification {
        id,
        project: project.id,
        options,
        state: VerificationState::Running,
        progress: Progress { mailboxes: mailboxes.len() as u32, ..Progress::default() },
        started: context.store.now().await?,
        ended: None,
        report: None,
    };
    context.verifications.begin(&*context.store, verification).await?;
    let work = async move {
        let names = Names::default();
        let look = Look {
            context: &context,
            project: &project,
            meter: context.verifications.meter(id),
            names: &names,
            deep,
        };
        let mailboxes: Vec<_> = stream::iter(mailboxes)
            .map(|mailbox| look.mailbox(mailbox))
            .buffered(MAILBOXES)
            .collect()
            .await;
        let clean = mailboxes.iter().all(|mailbox| mailbox.clean);
        tracing::info!(verification.id = %id, clean, "verification ended");
        let limits = limits::of_every_project();
        let report = Report { clean, mailboxes, limits };
        context.verifications.finish(&*context.store, id, report).await;
    };
    Ok((id, work))
}
