//! DeleteItem. Source: Microsoft: "DeleteItem operation".

use super::{outcomes, write};
use crate::http::Call;
use crate::soap::envelope;
use crate::{Deletion, Error, ItemError, ItemId, Mailbox};

impl Mailbox {
    /// Deletes items, each with its own outcome. Nobody is sent a cancellation or a receipt; a
    /// recurring task goes with all its occurrences.
    ///
    /// If the future is dropped, some may have been deleted; repeating is safe and finds those
    /// [`Vanished`](crate::Class::Vanished).
    ///
    /// # Errors
    ///
    /// [`Error`] if the call failed as a whole; [`ItemError`] per item.
    pub async fn delete_items(
        &self,
        ids: &[ItemId],
        deletion: Deletion,
    ) -> Result<Vec<Result<(), ItemError>>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let xml = request(self.smtp(), ids, deletion)?;
        let mut answer = Call::small("DeleteItem", xml).make(self).await?;
        outcomes::successes(&mut answer, ids.len()).await
    }
}

pub(super) fn request(smtp: &str, ids: &[ItemId], deletion: Deletion) -> Result<Vec<u8>, Error> {
    let attributes = [
        ("DeleteType", kind(deletion)),
        ("SendMeetingCancellations", "SendToNone"),
        ("AffectedTaskOccurrences", "AllOccurrences"),
        ("SuppressReadReceipts", "true"),
    ];
    envelope(smtp, |xml| {
        xml.element("m:DeleteItem", &attributes, |xml| write::items(xml, ids));
    })
}

/// The name of a way to delete.
pub(super) const fn kind(deletion: Deletion) -> &'static str {
    match deletion {
        Deletion::HardDelete => "HardDelete",
        Deletion::SoftDelete => "SoftDelete",
        Deletion::MoveToDeletedItems => "MoveToDeletedItems",
    }
}
