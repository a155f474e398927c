//! UploadItems: blobs parsed while they arrive, stored when the whole request is there
//! ([ED uploaditems-operation.md; BTRF]).

use crate::fasttransfer::{Broken, Parser};
use crate::mailbox::{Deletion, Import};
use crate::mapi::Item;
use crate::soap::base64_stream::Base64Stream;
use crate::soap::fault::Fault;
use crate::soap::node::Node;
use crate::soap::request::Divert;

use super::call::{Call, Failure, ItemError};
use super::ids;
use super::messages::{Messages, Tail};

/// The blobs of a request, parsed.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    done: Vec<Option<Result<Item, Broken>>>,
    current: Option<Current>,
}

#[derive(Debug)]
struct Current {
    base64: Base64Stream,
    parser: Result<Parser, Broken>,
    good: bool,
}

impl Divert for Uploads {
    fn begin(&mut self, _parent: &Node) {
        let base64 = Base64Stream::default();
        self.current = Some(Current { base64, parser: Ok(Parser::new()), good: true });
    }

    fn push(&mut self, text: &[u8]) {
        let Some(current) = &mut self.current else {
            return;
        };
        match current.base64.push(text) {
            Ok(bytes) => {
                if let Ok(parser) = &mut current.parser
                    && let Err(broken) = parser.push(bytes)
                {
                    current.parser = Err(broken);
                }
            }
            Err(_) => current.good = false,
        }
    }

    fn end(&mut self) -> Result<usize, String> {
        let current = self.current.take();
        let current = current.filter(|current| current.good);
        let Some(Current { base64, parser, .. }) = current else {
            return Err(NOT_BASE64.to_owned());
        };
        base64.finish().map_err(|_| NOT_BASE64.to_owned())?;
        self.done.push(Some(parser.and_then(Parser::finish)));
        Ok(self.done.len() - 1)
    }
}

const NOT_BASE64: &str = "The 'http://schemas.microsoft.com/exchange/services/2006/types:Data' \
                          element is invalid - The value is invalid according to its datatype \
                          'base64Binary'.";

/// One message per item.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    uploads: &mut Uploads,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let nodes = request.children_of("Items");
    for node in nodes {
        let action = node.attribute("CreateAction");
        if action != Some("CreateNew") && node.child("ItemId").is_none() {
            return Err(Fault::new(
                "ErrorInvalidRequest",
                "The request is invalid: ItemId is required for this CreateAction.",
            )
            .into());
        }
    }
    for index in messages.order(nodes.len()) {
        let node = &nodes[index];
        let blob = node.child("Data").and_then(|data| data.diverted);
        let blob = blob.and_then(|index| uploads.done.get_mut(index)).and_then(Option::take);
        messages.answer(
            Tail::Nothing,
            |fault| {
                let mut mailbox = call.account.mailbox();
                let parent = node.child("ParentFolderId");
                let parent = parent.map_or(Err(NO_PARENT), |id| ids::folder(call, &mailbox, id))?;
                let item = match blob {
                    Some(Ok(item)) => item,
                    Some(Err(_)) | None => return Err(CORRUPT),
                };
                let import = match (node.attribute("CreateAction"), node.child("ItemId")) {
                    (Some("Update"), Some(id)) => {
                        let item = ids::item(&mailbox, id)?;
                        if mailbox.listed(item).is_ok() {
                            ids::fresh(&mailbox, id, item)?;
                        }
                        Import::Update(item)
                    }
                    (Some("UpdateOrCreate"), Some(id)) => match ids::item(&mailbox, id) {
                        Ok(item) => {
                            if mailbox.listed(item).is_ok() {
                                ids::fresh(&mailbox, id, item)?;
                            }
                            Import::UpdateOrCreate(item)
                        }
                        Err(error) if error.code == "ErrorItemNotFound" => Import::CreateNew,
                        Err(error) => return Err(error),
                    },
                    _ => Import::CreateNew,
                };
                let new = mailbox.import(parent, import, node.flag("IsAssociated"), item)?;
                let listed = mailbox.listed(new)?;
                let class = mailbox.item(new)?.item.class().to_owned();
                let answer = (mailbox.item_id_text(new), mailbox.item_change_key(&listed, &class));
                if fault.vanished {
                    mailbox.delete_item(new, Deletion::Hard)?;
                }
                Ok(answer)
            },
            |xml, (id, key), fault| {
                if fault.without_content {
                    return Ok(());
                }
                xml.empty("m:ItemId", &[("Id", &id), ("ChangeKey", &key)])
            },
        )?;
    }
    Ok(())
}

const NO_PARENT: ItemError = ItemError::new("ErrorInvalidIdEmpty", "Id must be non-empty.");
const CORRUPT: ItemError = ItemError::new("ErrorCorruptData", "The data is corrupt.");
