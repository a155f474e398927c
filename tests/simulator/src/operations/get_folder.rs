//! GetFolder ([ED getfolder-operation.md]).

use crate::soap::node::Node;

use super::call::{Call, Failure};
use super::folder_view::FolderView;
use super::ids;
use super::messages::{Messages, Tail};
use super::shape::Shape;

/// One message per folder id.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let shape = Shape::parse(request.child("FolderShape"));
    for node in request.children_of("FolderIds") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let shape = shape.clone()?;
                let mailbox = call.account.mailbox();
                let folder = ids::folder(call, &mailbox, node)?;
                Ok((FolderView::of(&mailbox, folder, &shape)?, shape))
            },
            |xml, (view, shape), _| {
                xml.start("m:Folders", &[])?;
                view.write(xml, &shape)?;
                xml.end("m:Folders")
            },
        )?;
    }
    Ok(())
}
