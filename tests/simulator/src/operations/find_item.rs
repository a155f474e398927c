//! FindItem: pages, traversals, restrictions, order ([ED finditem-operation.md]).

use crate::mailbox::{FolderId, Listed, Mailbox, Order, Scope};
use crate::soap::node::Node;

use super::call::{Call, Failure, ItemError};
use super::ids;
use super::item_view::{Detail, ItemView};
use super::messages::{Messages, Tail};
use super::restriction::item_matches;
use super::shape::{Field, Shape};

/// Most items of a page ([ED ews-throttling-in-exchange.md]).
const PAGE: usize = 1000;
/// Most with a restriction.
const PAGE_RESTRICTED: usize = 250;

/// A page of views with its place in the list.
struct Found {
    items: Vec<ItemView>,
    total: u64,
    next: u64,
    last: bool,
}

/// One message per folder.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> Result<(), Failure> {
    let shape = Shape::parse(request.child("ItemShape"));
    for node in request.children_of("ParentFolderIds") {
        messages.answer(
            Tail::Nothing,
            |_| {
                let shape = shape.clone()?;
                supported(request)?;
                let mailbox = call.account.mailbox();
                let folder = ids::folder(call, &mailbox, node)?;
                Ok((find(&mailbox, folder, request, &shape)?, shape))
            },
            |xml, (found, shape), _| {
                let (next, total) = (found.next.to_string(), found.total.to_string());
                let last = if found.last { "true" } else { "false" };
                let mut attributes = Vec::new();
                if request.child("IndexedPageItemView").is_some() {
                    attributes.push(("IndexedPagingOffset", next.as_str()));
                }
                attributes.push(("TotalItemsInView", &total));
                attributes.push(("IncludesLastItemInRange", last));
                xml.start("m:RootFolder", &attributes)?;
                xml.start("t:Items", &[])?;
                for view in &found.items {
                    view.write(xml, &shape, Detail::List)?;
                }
                xml.end("t:Items")?;
                xml.end("m:RootFolder")
            },
        )?;
    }
    Ok(())
}

fn supported(request: &Node) -> Result<(), ItemError> {
    let unknown = [
        "FractionalPageItemView",
        "SeekToConditionPageItemView",
        "CalendarView",
        "ContactsView",
        "GroupBy",
        "DistinguishedGroupBy",
        "QueryString",
    ];
    if unknown.iter().any(|name| request.child(name).is_some()) {
        return Err(ItemError::new(
            "ErrorUnsupportedQueryFilter",
            "This kind of view is not simulated.",
        ));
    }
    Ok(())
}

fn find(
    mailbox: &Mailbox,
    folder: FolderId,
    request: &Node,
    shape: &Shape,
) -> Result<Found, ItemError> {
    let restriction = request.child("Restriction").and_then(|node| node.children.first());
    let cap = if restriction.is_some() { PAGE_RESTRICTED } else { PAGE };
    let view = request.child("IndexedPageItemView");
    let asked = view.and_then(|view| view.number("MaxEntriesReturned"));
    if asked.is_some_and(|most| most < 1)
        || view.and_then(|v| v.number("Offset")) < Some(0) && view.is_some()
    {
        return Err(ItemError::new(
            "ErrorInvalidPagingMaxRows",
            "The request is invalid: paging parameters.",
        ));
    }
    let most = asked.and_then(|most| usize::try_from(most).ok()).unwrap_or(cap).min(cap);
    let offset = view.and_then(|view| view.number("Offset")).unwrap_or(0);
    let offset = u64::try_from(offset).unwrap_or(0);
    let from_end = view.and_then(|view| view.attribute("BasePoint")) == Some("End");
    let (folder, scope) = match request.attribute("Traversal") {
        Some("Associated") => (folder, Scope::Associated),
        Some("SoftDeleted") => match mailbox.distinguished("recoverableitemsdeletions") {
            Some(deleted) => (deleted, Scope::Normal),
            None => {
                return Ok(Found { items: Vec::new(), total: 0, next: 0, last: true });
            }
        },
        _ => (folder, Scope::Normal),
    };
    let order = order(request)?;
    let list: Vec<Listed>;
    let (total, next, last);
    match restriction {
        None => {
            let all = mailbox.find_items(folder, scope, order, 0, 0)?.total;
            let start = if from_end { all.saturating_sub(offset + most as u64) } else { offset };
            let page = mailbox.find_items(folder, scope, order, start, most)?;
            list = page.entries;
            total = page.total;
            (next, last) = if from_end {
                (offset + list.len() as u64, start == 0)
            } else {
                (page.next, page.last)
            };
        }
        Some(restriction) => {
            let all = mailbox.find_items(folder, scope, order, 0, usize::MAX)?;
            let mut matching = Vec::new();
            for listed in all.entries {
                if item_matches(mailbox, &mailbox.item(listed.id)?, restriction)? {
                    matching.push(listed);
                }
            }
            total = matching.len() as u64;
            let start = usize::try_from(offset).unwrap_or(usize::MAX);
            list = matching.into_iter().skip(start).take(most).collect();
            next = offset.min(total) + list.len() as u64;
            last = next >= total;
        }
    }
    let items = list.iter().map(|listed| ItemView::of(mailbox, listed.id, shape));
    Ok(Found { items: items.collect::<Result<_, _>>()?, total, next, last })
}

/// The order asked for: by time of creation, or by time of receipt or sending, which the model
/// keeps as one.
fn order(request: &Node) -> Result<Order, ItemError> {
    let Some(field) = request.children_of("SortOrder").first() else {
        return Ok(Order::NewestFirst);
    };
    let unsupported = ItemError::new(
        "ErrorUnsupportedPathForSortGroup",
        "The property can not be used for sorting or grouping.",
    );
    let path = field.children.first().ok_or_else(|| unsupported.clone())?;
    let (created, received) = match Field::parse(path)? {
        Field::Uri(uri) => (
            uri == "item:DateTimeCreated",
            matches!(uri.as_str(), "item:DateTimeReceived" | "item:DateTimeSent"),
        ),
        Field::Extended(extended) => {
            use crate::mapi::{Key, tags};
            let is = |tag| extended.key == Key::from(tag);
            (is(tags::CREATION_TIME), is(tags::DELIVERY_TIME) || is(tags::SUBMIT_TIME))
        }
        Field::Indexed(..) => (false, false),
    };
    match (field.attribute("Order"), created, received) {
        (Some("Descending"), true, _) => Ok(Order::NewestFirst),
        (_, true, _) => Ok(Order::OldestFirst),
        (Some("Descending"), _, true) => Ok(Order::ReceivedDescending),
        (_, _, true) => Ok(Order::ReceivedAscending),
        _ => Err(unsupported),
    }
}
