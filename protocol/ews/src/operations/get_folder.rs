//! GetFolder. Source: Microsoft: "GetFolder operation".

use super::{outcomes, read_folder, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Error, Folder, FolderName, ItemError, Mailbox};

impl Mailbox {
    /// Reads folders by id or role, each with its own outcome.
    ///
    /// Nothing is changed, so the future may be dropped at any point.
    ///
    /// # Errors
    ///
    /// [`Error`] if the call failed as a whole; [`ItemError`] per folder, such as
    /// `ErrorFolderNotFound` for a role the mailbox does not have.
    pub async fn get_folders(
        &self,
        folders: &[FolderName<'_>],
    ) -> Result<Vec<Result<Folder, ItemError>>, Error> {
        let xml = request(self.smtp(), folders)?;
        let mut answer = Call::small("GetFolder", xml).make(self).await?;
        let told = answer.date();
        outcomes::results(&mut answer, folders.len(), "a folder", |part| {
            let folder = part.children.first().and_then(read_folder::folder)?;
            Some(Folder { told, ..folder })
        })
        .await
    }
}

pub(super) fn request(smtp: &str, folders: &[FolderName<'_>]) -> Result<Vec<u8>, Error> {
    envelope(smtp, |xml| {
        xml.element("m:GetFolder", &[], |xml| {
            write::folder_shape(xml);
            xml.element("m:FolderIds", &[], |xml| {
                folders.iter().for_each(|folder| write::folder(xml, *folder));
            });
        });
    })
}
