//! SyncFolderItems ([ED syncfolderitems-operation.md]).

use crate::mailbox::{ItemChange, SyncRequest};
use crate::soap::node::Node;

use super::call::{Call, Failure};
use super::ids;
use super::item_view::{Detail, ItemView};
use super::messages::{Messages, Tail, Xml};
use super::shape::Shape;
use super::values::boolean;

enum Line {
    Create(Box<ItemView>),
    Update(Box<ItemView>),
    Read(Box<ItemView>),
    Delete(String),
}

/// One message.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let shape = Shape::parse(request.child("ItemShape"));
    messages.answer(
        Tail::SyncItems,
        |_| {
            let shape = shape?;
            // Bodies and attachments may be asked for ([EL sync_items] does) and are left out.
            let mailbox = call.account.mailbox();
            let folder = ids::target(call, &mailbox, request.child("SyncFolderId"));
            let folder = folder.map_err(|error| match error.code.as_ref() {
                "ErrorFolderNotFound" => crate::mailbox::Refusal::SyncFolderNotFound.into(),
                _ => error,
            })?;
            let mut ignore = Vec::new();
            for node in request.children_of("Ignore") {
                ignore.push(ids::item(&mailbox, node)?);
            }
            let max = request.child_text("MaxChangesReturned").and_then(|text| text.parse().ok());
            let changes = mailbox.sync_items(
                folder,
                &SyncRequest {
                    state: request.child_text("SyncState"),
                    max: max.unwrap_or(512),
                    associated: request.child_text("SyncScope") == Some("NormalAndAssociatedItems"),
                    ignore: &ignore,
                },
            )?;
            let view = |listed: crate::mailbox::Listed| {
                ItemView::of(&mailbox, listed.id, &shape).map(Box::new)
            };
            let mut lines = Vec::new();
            for change in changes.changes {
                lines.push(match change {
                    ItemChange::Create(listed) => Line::Create(view(listed)?),
                    ItemChange::Update(listed) => Line::Update(view(listed)?),
                    ItemChange::ReadFlag(listed) => Line::Read(view(listed)?),
                    ItemChange::Delete(id, _) => Line::Delete(mailbox.item_id_text(id)),
                });
            }
            Ok((lines, changes.state, changes.last, shape))
        },
        |xml, (lines, state, last, shape), _| {
            xml.element("m:SyncState", &[], &state)?;
            xml.element("m:IncludesLastItemInRange", &[], boolean(last))?;
            xml.start("m:Changes", &[])?;
            for line in &lines {
                write(xml, line, &shape)?;
            }
            xml.end("m:Changes")
        },
    )
}

fn write(xml: &mut Xml, line: &Line, shape: &Shape) -> std::io::Result<()> {
    let name = match line {
        Line::Create(_) => "t:Create",
        Line::Update(_) => "t:Update",
        Line::Read(_) => "t:ReadFlagChange",
        Line::Delete(_) => "t:Delete",
    };
    xml.start(name, &[])?;
    match line {
        Line::Create(view) | Line::Update(view) => view.write(xml, shape, Detail::List)?,
        Line::Read(view) => {
            view.write_id(xml)?;
            xml.element("t:IsRead", &[], boolean(view.record.listed.facts.read))?;
        }
        Line::Delete(id) => xml.empty("t:ItemId", &[("Id", id)])?,
    }
    xml.end(name)
}
