//! UploadItems for batches held in memory. Source: Microsoft: "UploadItems operation".

use std::time::Duration;

use bytes::Bytes;

use super::{outcomes, read_item, write};
use crate::http::{Body, Call};
use crate::soap::{close_body, open_body};
use crate::xml::{Ns, Xml};
use crate::{Error, FolderId, ItemError, ItemId, Mailbox, Upload, UploadAction, limits};

impl Mailbox {
    /// Uploads items into `folder`, each with its own outcome: its new id. An exact
    /// length is announced.
    ///
    /// The service knows no repetition: if the future is dropped or an error's
    /// [`executed`](Error::executed) is unknown, look in the folder before uploading again.
    ///
    /// # Errors
    ///
    /// [`Error`] if the call failed as a whole or took longer than `timeout`; [`ItemError`] per
    /// item.
    pub async fn upload(
        &self,
        folder: &FolderId,
        items: Vec<Upload>,
        timeout: Duration,
    ) -> Result<Vec<Result<ItemId, ItemError>>, Error> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let count = items.len();
        let pieces = pieces(self.smtp(), folder, items)?;
        let call = Call {
            operation: "UploadItems",
            body: Body::Held(pieces.into()),
            timeout: Some(timeout),
            token_left: Some(timeout.min(limits::TOKEN_LEFT)),
        };
        let mut answer = call.make(self).await?;
        outcomes::results(&mut answer, count, "an item id", |part| {
            part.start.is(Ns::Messages, "ItemId").then(|| read_item::own_id(part)).flatten()
        })
        .await
    }
}

/// The request in pieces: XML up to an item's data, the data, XML up to the next one's.
pub(super) fn pieces(
    smtp: &str,
    folder: &FolderId,
    items: Vec<Upload>,
) -> Result<Vec<Bytes>, Error> {
    let mut xml = Xml::new();
    let mut pieces = Vec::new();
    open(&mut xml, smtp);
    for item in items {
        open_item(&mut xml, folder, item.associated, &item.action);
        pieces.push(xml.take().into());
        pieces.extend_from_slice(item.data.pieces());
        close_item(&mut xml);
    }
    close(&mut xml);
    pieces.push(xml.finish()?.into());
    Ok(pieces)
}

/// The request up to its first item.
pub(super) fn open(xml: &mut Xml, smtp: &str) {
    open_body(xml, smtp);
    xml.open("m:UploadItems", &[]);
    xml.open("m:Items", &[]);
}

/// The request from its last item's end.
pub(super) fn close(xml: &mut Xml) {
    xml.close("m:Items");
    xml.close("m:UploadItems");
    close_body(xml);
}

/// An item up to its data.
pub(super) fn open_item(xml: &mut Xml, folder: &FolderId, associated: bool, action: &UploadAction) {
    let (name, id) = match action {
        UploadAction::CreateNew => ("CreateNew", None),
        UploadAction::Update(id) => ("Update", Some(id)),
        UploadAction::UpdateOrCreate(id) => ("UpdateOrCreate", Some(id)),
    };
    let attributes = [("CreateAction", name), ("IsAssociated", "true")];
    xml.open("t:Item", &attributes[..1 + usize::from(associated)]);
    xml.empty("t:ParentFolderId", &[("Id", folder.as_str())]);
    if let Some(id) = id {
        write::item(xml, id);
    }
    xml.open("t:Data", &[]);
}

/// An item from its data's end.
pub(super) fn close_item(xml: &mut Xml) {
    xml.close("t:Data");
    xml.close("t:Item");
}
