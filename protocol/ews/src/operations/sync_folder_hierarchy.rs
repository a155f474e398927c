//! SyncFolderHierarchy. Source: Microsoft: "SyncFolderHierarchy operation".

use super::sync_folder_items::{self, Change};
use super::{read_folder, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Error, FolderChange, FolderId, FolderName, HierarchyPage, Mailbox};

impl Mailbox {
    /// Reads a page of changes of the folder tree below `root` since `state`. The root must be
    /// the same for the life of a state.
    ///
    /// Nothing is changed, so the future may be dropped at any point.
    ///
    /// # Errors
    ///
    /// [`Error`]; of class [`Resync`](crate::Class::Resync) if the service no longer takes the
    /// state.
    pub async fn sync_hierarchy(
        &self,
        root: &FolderName<'_>,
        state: Option<&str>,
    ) -> Result<HierarchyPage, Error> {
        let xml = request(self.smtp(), *root, state)?;
        let mut answer = Call::small("SyncFolderHierarchy", xml).make(self).await?;
        let page = sync_folder_items::page(&mut answer, |change| {
            Some(match change {
                Change::Create(folder) => FolderChange::Create(read_folder::folder(folder)?),
                Change::Update(folder) => FolderChange::Update(read_folder::folder(folder)?),
                Change::Delete(id) => FolderChange::Delete(FolderId::new(id.attribute("Id")?)),
                Change::ReadFlag { .. } => return None,
            })
        })
        .await?;
        Ok(HierarchyPage { sync_state: page.state, last: page.last, changes: page.changes })
    }
}

pub(super) fn request(
    smtp: &str,
    root: FolderName<'_>,
    state: Option<&str>,
) -> Result<Vec<u8>, Error> {
    envelope(smtp, |xml| {
        xml.element("m:SyncFolderHierarchy", &[], |xml| {
            write::folder_shape(xml);
            xml.element("m:SyncFolderId", &[], |xml| write::folder(xml, root));
            if let Some(state) = state {
                xml.text("m:SyncState", state);
            }
        });
    })
}
