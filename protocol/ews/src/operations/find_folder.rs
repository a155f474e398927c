//! FindFolder, deep. Source: Microsoft: "FindFolder operation".

use super::{find_item, read_folder, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Error, FolderName, FolderPage, Mailbox, limits};

impl Mailbox {
    /// Reads a page of all folders below `root`, with what their fingerprints are made of.
    ///
    /// A page the service calls too large is halved. Nothing is changed, so the future may be
    /// dropped at any point.
    ///
    /// # Errors
    ///
    /// [`Error`], also where the service refuses the root.
    pub async fn find_folders(
        &self,
        root: &FolderName<'_>,
        offset: u32,
    ) -> Result<FolderPage, Error> {
        let mut size = limits::FIND_PAGE;
        loop {
            let xml = request(self.smtp(), *root, offset, size)?;
            let mut answer = Call::small("FindFolder", xml).make(self).await?;
            match find_item::page(&mut answer, "Folders", read_folder::folder).await {
                Err(error) if find_item::halves(&error, &mut size) => {}
                Err(error) => return Err(error),
                Ok(page) => {
                    let (next_offset, last) = page.next(offset);
                    let total = page.total;
                    return Ok(FolderPage { folders: page.entries, next_offset, last, total });
                }
            }
        }
    }
}

pub(super) fn request(
    smtp: &str,
    root: FolderName<'_>,
    offset: u32,
    size: u32,
) -> Result<Vec<u8>, Error> {
    envelope(smtp, |xml| {
        xml.element("m:FindFolder", &[("Traversal", "Deep")], |xml| {
            write::folder_shape(xml);
            let view = find_item::view(offset, size);
            xml.empty("m:IndexedPageFolderView", &find_item::attributes(&view));
            xml.element("m:ParentFolderIds", &[], |xml| write::folder(xml, root));
        });
    })
}
