//! SyncFolderHierarchy ([ED syncfolderhierarchy-operation.md]).

use crate::mailbox::FolderChange;
use crate::soap::node::Node;

use super::call::{Call, Failure};
use super::folder_view::FolderView;
use super::ids;
use super::messages::{Messages, Tail};
use super::shape::Shape;
use super::values::boolean;

enum Line {
    Create(FolderView),
    Update(FolderView),
    Delete(String),
}

/// One message.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let shape = Shape::parse(request.child("FolderShape"));
    messages.answer(
        Tail::SyncFolders,
        |_| {
            let shape = shape?;
            let mailbox = call.account.mailbox();
            let root = match request.child("SyncFolderId") {
                Some(node) => Some(ids::target(call, &mailbox, Some(node))?),
                None => None,
            };
            let state = request.child_text("SyncState");
            let changes = mailbox.sync_folders(root, state)?;
            let mut lines = Vec::new();
            for change in changes.changes {
                lines.push(match change {
                    FolderChange::Create(id) => Line::Create(FolderView::of(&mailbox, id, &shape)?),
                    FolderChange::Update(id) => Line::Update(FolderView::of(&mailbox, id, &shape)?),
                    FolderChange::Delete(id) => Line::Delete(mailbox.folder_id_text(id)),
                });
            }
            Ok((lines, changes.state, changes.last, shape))
        },
        |xml, (lines, state, last, shape), _| {
            xml.element("m:SyncState", &[], &state)?;
            xml.element("m:IncludesLastFolderInRange", &[], boolean(last))?;
            xml.start("m:Changes", &[])?;
            for line in &lines {
                let (name, view) = match line {
                    Line::Create(view) => ("t:Create", view),
                    Line::Update(view) => ("t:Update", view),
                    Line::Delete(id) => {
                        xml.start("t:Delete", &[])?;
                        xml.empty("t:FolderId", &[("Id", id)])?;
                        xml.end("t:Delete")?;
                        continue;
                    }
                };
                xml.start(name, &[])?;
                view.write(xml, &shape)?;
                xml.end(name)?;
            }
            xml.end("m:Changes")
        },
    )
}
