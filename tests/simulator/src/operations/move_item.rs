//! MoveItem ([ED moveitem-operation.md]).

use crate::soap::node::Node;

use super::call::{Call, Failure};
use super::create_folder::IDS_ONLY;
use super::ids;
use super::item_view::{Detail, ItemView};
use super::messages::{Messages, Tail};

/// One message per item id, with the new id unless it is not wanted.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let silent = matches!(request.child_text("ReturnNewItemIds"), Some("false" | "0"));
    let nodes = request.children_of("ItemIds");
    for node in nodes {
        messages.answer(
            Tail::Items,
            |_| {
                let mut mailbox = call.account.mailbox();
                let to = ids::target(call, &mailbox, request.child("ToFolderId"))?;
                let item = ids::item(&mailbox, node)?;
                let moved = mailbox.move_item(item, to)?;
                ItemView::of(&mailbox, moved, &IDS_ONLY)
            },
            |xml, view, _| {
                if silent {
                    return xml.empty("m:Items", &[]);
                }
                xml.start("m:Items", &[])?;
                view.write(xml, &IDS_ONLY, Detail::List)?;
                xml.end("m:Items")
            },
        )?;
    }
    Ok(())
}
