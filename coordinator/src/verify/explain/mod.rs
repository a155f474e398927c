//! What became of one item: why it was copied or not, and where its copy is.
//!
//! [`explain`] asks the store first (ledger, failures, open intents), then both sides. It only
//! reads. An item is named by its id on either side; a source item whose copy's id was given is
//! looked for in its folder, in [`find::PAGES`] pages at most.

mod answer;
mod find;
mod judge;

pub use answer::{Explanation, Seen, Standing, Trace, WhyFailed};

use longhaul_core::{FolderKey, ItemKey};
use longhaul_ews::FolderId;
use longhaul_store::records::{self, FolderRecord, MailboxRecord, ProjectRecord, Side};

use self::find::{Place, Traces};
use crate::engine::{Context, Refusal, Trouble};

/// An item that is to be explained, and what it is looked for with.
struct Question<'a> {
    context: &'a Context,
    project: &'a ProjectRecord,
    mailbox: &'a MailboxRecord,
    folders: Vec<FolderRecord>,
    item: &'a str,
}

/// Says what became of the item with this id, of either side.
///
/// # Errors
///
/// [`Refusal`] if the store or a tenant does not answer. An item that nobody knows is no error.
pub(crate) async fn explain(
    context: &Context,
    project: &ProjectRecord,
    mailbox: &MailboxRecord,
    item: &str,
) -> Result<Explanation, Refusal> {
    let folders = records::list(&*context.store, &FolderRecord::prefix(mailbox.id)).await?;
    let question = Question { context, project, mailbox, folders, item };
    Ok(question.answer().await?)
}

impl Question<'_> {
    async fn answer(&self) -> Result<Explanation, Trouble> {
        let traces = self.traces().await?;
        let (source, copy) = self.both_sides(&traces).await?;
        judge::judge(self, traces, source, copy).await
    }

    /// The item at the source and its copy, as they are now.
    async fn both_sides(&self, traces: &Traces) -> Result<(Option<Place>, Option<Place>), Trouble> {
        let source_id = match (&traces.failure, &traces.copied) {
            (Some(failure), _) => Some(failure.source_id.clone()),
            (None, Some(copied)) if copied.key == ItemKey::of(self.item) => {
                Some(self.item.to_owned())
            }
            (None, Some(copied)) => self.source_id(traces, copied.key).await?,
            (None, None) => Some(self.item.to_owned()),
        };
        let source = match source_id {
            Some(id) => Some(self.look(Side::Source, &id).await?),
            None => None,
        };
        let copy = match &traces.copied {
            Some(copied) => Some(self.look(Side::Destination, &copied.destination).await?),
            // Not in the ledger and not at the source: it may be somebody's own.
            None if source.as_ref().is_some_and(|place| !place.there) => {
                Some(self.look(Side::Destination, self.item).await?).filter(|place| place.there)
            }
            None => None,
        };
        Ok((source, copy))
    }

    /// Display names of the folder with this id on that side, if it is mapped.
    fn path(&self, side: Side, folder: &FolderId) -> Option<&[String]> {
        let key = FolderKey::of(folder.as_str());
        let mapped = self.folders.iter().find(|record| match side {
            Side::Source => record.folder_key() == key,
            Side::Destination => record.destination_id.as_deref().map(FolderKey::of) == Some(key),
        });
        mapped.map(|record| &*record.path)
    }

    fn path_of(&self, folder: FolderKey) -> Vec<String> {
        let mapped = self.folders.iter().find(|record| record.folder_key() == folder);
        mapped.map(|record| record.path.clone()).unwrap_or_default()
    }
}
