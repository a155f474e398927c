//! FindFolder ([ED findfolder-operation.md]).

use crate::soap::node::Node;

use super::call::{Call, Failure};
use super::folder_view::FolderView;
use super::ids;
use super::messages::{Messages, Tail};
use super::restriction::folder_matches;
use super::shape::Shape;

/// Most folders of a page (`EWSFindCountLimit`, [ED ews-throttling-in-exchange.md]).
const PAGE: usize = 1000;

/// One message per parent.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let shape = Shape::parse(request.child("FolderShape"));
    let deep = request.attribute("Traversal") == Some("Deep");
    let deleted = request.attribute("Traversal") == Some("SoftDeleted");
    let view = request.child("IndexedPageFolderView");
    let offset = view.and_then(|view| view.number("Offset")).unwrap_or(0);
    let offset = u64::try_from(offset).unwrap_or(0);
    let asked = view.and_then(|view| view.number("MaxEntriesReturned"));
    let most = asked.and_then(|most| usize::try_from(most).ok()).unwrap_or(PAGE).clamp(1, PAGE);
    let restriction = request.child("Restriction").and_then(|node| node.children.first());
    for node in request.children_of("ParentFolderIds") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let shape = shape.clone()?;
                let mailbox = call.account.mailbox();
                let parent = ids::folder(call, &mailbox, node)?;
                let mut found = Vec::new();
                let (mut total, mut next, mut last) = (0, 0, true);
                if let Some(restriction) = restriction {
                    let all = mailbox.children(parent, deep, 0, usize::MAX)?;
                    for info in &all.entries {
                        if folder_matches(&mailbox, info, restriction)? {
                            total += 1;
                            if total > offset && found.len() < most {
                                found.push(FolderView::of(&mailbox, info.id, &shape)?);
                            }
                        }
                    }
                    next = offset.min(total) + found.len() as u64;
                    last = next >= total;
                } else if !deleted {
                    let page = mailbox.children(parent, deep, offset, most)?;
                    for info in &page.entries {
                        found.push(FolderView::of(&mailbox, info.id, &shape)?);
                    }
                    (total, next, last) = (page.total, page.next, page.last);
                }
                Ok((found, total, next, last, shape))
            },
            |xml, (found, total, next, last, shape), _| {
                let (next, total) = (next.to_string(), total.to_string());
                let ends = if last { "true" } else { "false" };
                let mut attributes = vec![];
                if view.is_some() {
                    attributes.push(("IndexedPagingOffset", next.as_str()));
                }
                attributes.push(("TotalItemsInView", &total));
                attributes.push(("IncludesLastItemInRange", ends));
                xml.start("m:RootFolder", &attributes)?;
                xml.start("t:Folders", &[])?;
                for view in &found {
                    view.write(xml, &shape)?;
                }
                xml.end("t:Folders")?;
                xml.end("m:RootFolder")
            },
        )?;
    }
    Ok(())
}
