//! MoveItem. Source: Microsoft: "MoveItem operation".

use super::{outcomes, read_item, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Error, FolderName, ItemError, ItemId, Mailbox};

impl Mailbox {
    /// Moves items into another folder of the mailbox, each with its own outcome: its new id.
    ///
    /// If the future is dropped, some may have been moved; repeating finds those
    /// [`Vanished`](crate::Class::Vanished).
    ///
    /// # Errors
    ///
    /// [`Error`] if the call failed as a whole; [`ItemError`] per item. A success without a new
    /// id is an error, because the item can then only be found by looking for it.
    pub async fn move_items(
        &self,
        ids: &[ItemId],
        to: &FolderName<'_>,
    ) -> Result<Vec<Result<ItemId, ItemError>>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let xml = request(self.smtp(), ids, *to)?;
        let mut answer = Call::small("MoveItem", xml).make(self).await?;
        outcomes::results(&mut answer, ids.len(), "an item id", |part| {
            part.children.first().and_then(read_item::id)
        })
        .await
    }
}

pub(super) fn request(smtp: &str, ids: &[ItemId], to: FolderName<'_>) -> Result<Vec<u8>, Error> {
    envelope(smtp, |xml| {
        xml.element("m:MoveItem", &[], |xml| {
            xml.element("m:ToFolderId", &[], |xml| write::folder(xml, to));
            write::items(xml, ids);
            xml.text("m:ReturnNewItemIds", "true");
        });
    })
}
