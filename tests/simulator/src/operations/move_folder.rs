//! MoveFolder ([ED movefolder-operation.md]).

use crate::soap::node::Node;

use super::call::{Call, Failure};
use super::create_folder::IDS_ONLY;
use super::folder_view::FolderView;
use super::ids;
use super::messages::{Messages, Tail};

/// One message per folder id.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    for node in request.children_of("FolderIds") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let mut mailbox = call.account.mailbox();
                let to = ids::target(call, &mailbox, request.child("ToFolderId"))?;
                let folder = ids::folder(call, &mailbox, node)?;
                mailbox.move_folder(folder, to)?;
                FolderView::of(&mailbox, folder, &IDS_ONLY)
            },
            |xml, view, _| {
                xml.start("m:Folders", &[])?;
                view.write(xml, &IDS_ONLY)?;
                xml.end("m:Folders")
            },
        )?;
    }
    Ok(())
}
