//! A mailbox, both sides.

use std::collections::HashMap;

use futures::{StreamExt, stream};
use longhaul_core::code::WRONG_STATE;
use longhaul_core::{FolderKey, FolderRef, Timestamp, advice};
use longhaul_ews::FolderId;
use longhaul_store::folder::{Bounds, Checkpoint};
use longhaul_store::records::{
    self, FolderRecord, MailboxRecord, PassKind, PassRecord, ProjectRecord, Side,
};

use super::board::Meter;
use super::folder::{Subject, look};
use super::list::Place;
use super::names::Names;
use super::patience::patiently;
use super::{Deep, FolderReport, MailboxReport, limits};
use crate::engine::{Context, ProblemStatus, Trouble, plan, read_tree};

/// Folders of a mailbox looked at at a time: well below the service's concurrency limits.
const FOLDERS: usize = 2;

/// A verification at work on mailboxes.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) context: &'a Context,
    pub(super) project: &'a ProjectRecord,
    pub(super) meter: Meter<'a>,
    pub(super) names: &'a Names,
    pub(super) deep: Deep,
}

impl Look<'_> {
    /// The report on a mailbox. What keeps it from looking is in the report.
    pub(super) async fn mailbox(&self, mailbox: MailboxRecord) -> MailboxReport {
        let mut report = MailboxReport {
            id: mailbox.id,
            source: mailbox.source.clone(),
            destination: mailbox.destination.clone(),
            clean: false,
            problem: None,
            folders: Vec::new(),
            not_copied: Vec::new(),
        };
        match self.folders(&mailbox, &mut report).await {
            Ok(()) => report.clean = report.folders.iter().all(|folder| folder.clean),
            Err(trouble) => report.problem = Some(self.problem(trouble).await),
        }
        self.meter.count(|progress| progress.mailboxes_done += 1);
        report
    }

    async fn folders(
        &self,
        mailbox: &MailboxRecord,
        report: &mut MailboxReport,
    ) -> Result<(), Trouble> {
        let store = &*self.context.store;
        let bounds = self.bounds(mailbox).await?;
        let (source, source_name) = self.context.mailbox(self.project, mailbox, Side::Source)?;
        let (destination, name) = self.context.mailbox(self.project, mailbox, Side::Destination)?;
        let tree = patiently(|| read_tree(&source, &source_name)).await?;
        let mapped: Vec<FolderRecord> =
            records::list(store, &FolderRecord::prefix(mailbox.id)).await?;
        let mapped: HashMap<FolderKey, FolderRecord> =
            mapped.into_iter().map(|record| (record.folder_key(), record)).collect();
        // What a pass would leave out does not depend on the destination.
        let decided = plan(&tree, &tree, &HashMap::new());
        report.not_copied = limits::of_the_map(&tree, &decided, bounds.associated);
        self.meter.count(|progress| progress.folders += decided.steps.len() as u32);
        let (tree, mapped) = (&tree, &mapped);
        let (source, destination) = (&source, &destination);
        let (source_name, name) = (&source_name, &name);
        let looks = stream::iter(decided.steps)
            .map(|step| async move {
                let node = &tree.nodes()[step.source];
                let folder = FolderRef { mailbox: mailbox.id, folder: node.key() };
                let path = tree.path(step.source);
                let title = path.join("/");
                let source = Place {
                    mailbox: source.clone(),
                    folder: FolderId::new(node.id.as_str()),
                    name: format!("{source_name}, folder {title:?}"),
                };
                let counterpart = mapped.get(&node.key()).and_then(|record| {
                    Some(Place {
                        mailbox: destination.clone(),
                        folder: FolderId::new(record.destination_id.as_deref()?),
                        name: format!("{name}, folder {title:?}"),
                    })
                });
                let mut report =
                    FolderReport { path, class: node.class.clone(), ..FolderReport::default() };
                self.folder(folder, source, counterpart, bounds, &mut report).await;
                self.meter.count(|progress| progress.folders_done += 1);
                report
            })
            .buffered(FOLDERS);
        report.folders = looks.collect().await;
        // The root is in the list for what it may hold; as a rule that is nothing.
        report.folders.retain(|folder| !(folder.path.is_empty() && is_empty(folder)));
        report.not_copied.extend(report.folders.iter().flat_map(limits::of_a_folder));
        Ok(())
    }

    async fn folder(
        &self,
        folder: FolderRef,
        source: Place,
        counterpart: Option<Place>,
        bounds: Bounds,
        report: &mut FolderReport,
    ) {
        let store = &*self.context.store;
        let looked = async {
            let checkpoint: Option<Checkpoint> = store.checkpoint(folder).await?;
            let mapped = counterpart.zip(checkpoint);
            let bounds = mapped.as_ref().map_or(bounds, |(_, checkpoint)| checkpoint.bounds);
            // The service states creation times in whole seconds (xs:dateTime without a fraction).
            const SECOND: i64 = 1000;
            let since = Timestamp(self.project.created.0 / SECOND * SECOND);
            let deep = self.deep;
            let subjects = self.project.options.show_subjects;
            let (meter, names) = (self.meter, self.names);
            let subject = Subject {
                store,
                folder,
                source,
                mapped,
                bounds,
                deep,
                since,
                meter,
                names,
                subjects,
            };
            look(&subject, report).await
        }
        .await;
        if let Err(trouble) = looked {
            report.problem = Some(self.problem(trouble).await);
        }
        report.clean = report.problem.is_none() && report.findings() == 0;
    }

    /// What the last pass was to copy.
    async fn bounds(&self, mailbox: &MailboxRecord) -> Result<Bounds, Trouble> {
        let Some(pass) = mailbox.last_pass else {
            let text = "no pass has worked on the mailbox yet";
            return Err(Trouble::lasting(WRONG_STATE, text));
        };
        let mut passes: Vec<PassRecord> =
            records::list(&*self.context.store, &PassRecord::prefix(self.project.id)).await?;
        passes.sort_by_key(|pass| pass.number);
        let upto = passes.iter().position(|other| other.id == pass).map_or(0, |at| at + 1);
        // A retry works within the bounds of the passes before it.
        let mut before = passes[..upto].iter().rev().filter(|pass| pass.kind != PassKind::Retry);
        let last = before.find(|pass| pass.mailboxes.contains(&mailbox.id));
        Ok(last.map(PassRecord::bounds).unwrap_or_default())
    }

    async fn problem(&self, trouble: Trouble) -> ProblemStatus {
        let at = self.context.store.now().await.unwrap_or(Timestamp(0));
        let Trouble { code, text, .. } = trouble;
        ProblemStatus { code, text, next: advice(code).to_owned(), at }
    }
}

fn is_empty(folder: &FolderReport) -> bool {
    folder.clean && folder.source.items == 0 && folder.paired == 0
}
