//! MoveFolder. Source: Microsoft: "MoveFolder operation".

use super::{outcomes, read_folder, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Error, FolderId, FolderName, ItemError, Mailbox};

impl Mailbox {
    /// Moves a folder with all that is in it below another; its id from then on. A name that is
    /// taken there is refused with class [`Exists`](crate::Class::Exists).
    ///
    /// If the future is dropped, it may have been moved; repeating is safe.
    ///
    /// # Errors
    ///
    /// The outer [`Error`] if the call failed as a whole, the inner [`ItemError`] if the folder
    /// was refused.
    pub async fn move_folder(
        &self,
        folder: &FolderId,
        to: &FolderId,
    ) -> Result<Result<FolderId, ItemError>, Error> {
        let xml = request(self.smtp(), folder, to)?;
        let mut answer = Call::small("MoveFolder", xml).make(self).await?;
        let mut results = outcomes::results(&mut answer, 1, "a folder id", |part| {
            part.children.first().and_then(read_folder::id)
        })
        .await?;
        results.pop().ok_or_else(|| answer.malformed("it holds no response message"))
    }
}

pub(super) fn request(smtp: &str, folder: &FolderId, to: &FolderId) -> Result<Vec<u8>, Error> {
    envelope(smtp, |xml| {
        xml.element("m:MoveFolder", &[], |xml| {
            xml.element("m:ToFolderId", &[], |xml| write::folder(xml, FolderName::Id(to)));
            xml.element("m:FolderIds", &[], |xml| write::folder(xml, FolderName::Id(folder)));
        });
    })
}
