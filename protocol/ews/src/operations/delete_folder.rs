//! DeleteFolder. Source: Microsoft: "DeleteFolder operation".

use super::{delete_item, outcomes, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Deletion, Error, FolderId, FolderName, ItemError, Mailbox};

impl Mailbox {
    /// Deletes a folder with all that is in it.
    ///
    /// If the future is dropped, it may have been deleted; repeating finds it gone.
    ///
    /// # Errors
    ///
    /// The outer [`Error`] if the call failed as a whole, the inner [`ItemError`] if the folder
    /// was refused.
    pub async fn delete_folder(
        &self,
        folder: &FolderId,
        deletion: Deletion,
    ) -> Result<Result<(), ItemError>, Error> {
        let xml = request(self.smtp(), folder, deletion)?;
        let mut answer = Call::small("DeleteFolder", xml).make(self).await?;
        let mut results = outcomes::successes(&mut answer, 1).await?;
        results.pop().ok_or_else(|| answer.malformed("it holds no response message"))
    }
}

pub(super) fn request(smtp: &str, folder: &FolderId, deletion: Deletion) -> Result<Vec<u8>, Error> {
    envelope(smtp, |xml| {
        let how = [("DeleteType", delete_item::kind(deletion))];
        xml.element("m:DeleteFolder", &how, |xml| {
            xml.element("m:FolderIds", &[], |xml| write::folder(xml, FolderName::Id(folder)));
        });
    })
}
