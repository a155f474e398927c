//! UpdateFolder, for names. Source: Microsoft: "UpdateFolder operation".

use super::{create_folder, outcomes, read_folder, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Error, FolderId, FolderName, ItemError, Mailbox};

impl Mailbox {
    /// Gives a folder of that class another name. A name that is taken is refused with class
    /// [`Exists`](crate::Class::Exists). Repeating is safe.
    ///
    /// # Errors
    ///
    /// The outer [`Error`] if the call failed as a whole, the inner [`ItemError`] if the folder or
    /// its name was refused.
    pub async fn rename_folder(
        &self,
        folder: &FolderId,
        class: &str,
        name: &str,
    ) -> Result<Result<(), ItemError>, Error> {
        let xml = request(self.smtp(), folder, class, name)?;
        let mut answer = Call::small("UpdateFolder", xml).make(self).await?;
        let mut results = outcomes::results(&mut answer, 1, "a folder id", |part| {
            part.children.first().and_then(read_folder::id)
        })
        .await?;
        let result = results.pop();
        let result = result.ok_or_else(|| answer.malformed("it holds no response message"))?;
        Ok(result.map(drop))
    }
}

pub(super) fn request(
    smtp: &str,
    folder: &FolderId,
    class: &str,
    name: &str,
) -> Result<Vec<u8>, Error> {
    let (element, _) = create_folder::element(Some(class));
    envelope(smtp, |xml| {
        xml.element("m:UpdateFolder", &[], |xml| {
            xml.element("m:FolderChanges", &[], |xml| {
                xml.element("t:FolderChange", &[], |xml| {
                    write::folder(xml, FolderName::Id(folder));
                    xml.element("t:Updates", &[], |xml| {
                        xml.element("t:SetFolderField", &[], |xml| {
                            xml.empty("t:FieldURI", &[("FieldURI", "folder:DisplayName")]);
                            xml.element(element, &[], |xml| xml.text("t:DisplayName", name));
                        });
                    });
                });
            });
        });
    })
}
