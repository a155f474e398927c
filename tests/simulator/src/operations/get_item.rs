//! GetItem: ids, common fields and MAPI properties; no MIME ([ED getitem-operation.md]).

use crate::mailbox::Deletion;
use crate::soap::node::Node;

use super::call::{Call, Failure};
use super::ids;
use super::item_view::{Detail, ItemView};
use super::messages::{Messages, Tail};
use super::shape::Shape;

/// One message per item id.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let shape = Shape::parse(request.child("ItemShape"));
    let nodes = request.children_of("ItemIds");
    for index in messages.order(nodes.len()) {
        messages.answer(
            Tail::Items,
            |fault| {
                let shape = shape.clone()?;
                let mut mailbox = call.account.mailbox();
                let item = ids::item(&mailbox, &nodes[index])?;
                if fault.vanished {
                    mailbox.delete_item(item, Deletion::Hard)?;
                }
                Ok((ItemView::of(&mailbox, item, &shape)?, shape))
            },
            |xml, (view, shape), fault| {
                if fault.without_content {
                    return xml.empty("m:Items", &[]);
                }
                xml.start("m:Items", &[])?;
                view.write(xml, &shape, Detail::Full)?;
                xml.end("m:Items")
            },
        )?;
    }
    Ok(())
}
