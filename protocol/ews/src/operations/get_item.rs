//! GetItem. Source: Microsoft: "GetItem operation".

use super::{outcomes, read_item, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Error, ItemError, ItemFacts, ItemId, Mailbox};

impl Mailbox {
    /// Reads the telling properties of items, each with its own outcome. Keep to
    /// [`limits::GET_ITEMS`](crate::limits::GET_ITEMS) ids a call.
    ///
    /// Nothing is changed, so the future may be dropped at any point.
    ///
    /// # Errors
    ///
    /// [`Error`] if the call failed as a whole; [`ItemError`] per item.
    pub async fn get_items(
        &self,
        ids: &[ItemId],
    ) -> Result<Vec<Result<ItemFacts, ItemError>>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut answer = Call::small("GetItem", request(self.smtp(), ids)?).make(self).await?;
        outcomes::results(&mut answer, ids.len(), "an item", |part| {
            part.children.first().and_then(read_item::facts)
        })
        .await
    }
}

pub(super) fn request(smtp: &str, ids: &[ItemId]) -> Result<Vec<u8>, Error> {
    envelope(smtp, |xml| {
        xml.element("m:GetItem", &[], |xml| {
            write::item_facts_shape(xml, &["item:ParentFolderId"]);
            write::items(xml, ids);
        });
    })
}
