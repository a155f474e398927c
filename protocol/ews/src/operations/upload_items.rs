//! UploadItems for batches held in memory. Source: Microsoft: "UploadItems operation".

use std::time::Duration;

use super::{outcomes, read_item, write};
use crate::http::{Body, Call, Segment};
use crate::soap::{close_body, open_body};
use crate::xml::{Ns, Xml};
use crate::{Error, FolderId, ItemError, ItemId, Mailbox, Upload, UploadAction, limits};

impl Mailbox {
    /// Uploads items into `folder`, each with its own outcome: its new id. They are encoded while
    /// they are sent, with an exact length announced.
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
        let segments = segments(self.smtp(), folder, items)?;
        let call = Call {
            operation: "UploadItems",
            body: Body::Held(segments.into()),
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
pub(super) fn segments(
    smtp: &str,
    folder: &FolderId,
    items: Vec<Upload>,
) -> Result<Vec<Segment>, Error> {
    let mut xml = Xml::new();
    let mut segments = Vec::with_capacity(items.len() * 2 + 1);
    open(&mut xml, smtp);
    for item in items {
        open_item(&mut xml, folder, item.associated, &item.action);
        segments.push(Segment::Xml(xml.take().into()));
        segments.push(Segment::Base64(item.data));
        close_item(&mut xml);
    }
    close(&mut xml);
    segments.push(Segment::Xml(xml.finish()?.into()));
    Ok(segments)
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
