//! FindItem, and the paging it shares with FindFolder.
//!
//! Source: Microsoft: "FindItem operation", "How to perform paged searches by using EWS in
//! Exchange".

use super::{read_item, write};
use crate::http::Call;
use crate::soap::{Answer, envelope};
use crate::xml::{Element, Ns, Start};
use crate::{Error, FolderId, FolderName, FoundPage, Mailbox, Traversal, limits};

impl Mailbox {
    /// Reads a page of the items of a folder, oldest first, with the properties that tell one
    /// from another. Offsets shift while the folder changes: this is for look-ups and counts, not
    /// for enumeration.
    ///
    /// `max` is held to 1..=1000; a page the service calls too large is halved. Nothing is
    /// changed, so the future may be dropped at any point.
    ///
    /// # Errors
    ///
    /// [`Error`], also where the service refuses the folder.
    pub async fn find_items(
        &self,
        folder: &FolderId,
        traversal: Traversal,
        offset: u32,
        max: u32,
    ) -> Result<FoundPage, Error> {
        self.find(folder, traversal, Order::OldestFirst, offset, max).await
    }

    /// Like [`Self::find_items`], newest first: what was created lately stands on the first page.
    ///
    /// # Errors
    ///
    /// [`Error`], also where the service refuses the folder.
    pub async fn find_newest(
        &self,
        folder: &FolderId,
        traversal: Traversal,
        offset: u32,
        max: u32,
    ) -> Result<FoundPage, Error> {
        self.find(folder, traversal, Order::NewestFirst, offset, max).await
    }

    async fn find(
        &self,
        folder: &FolderId,
        traversal: Traversal,
        order: Order,
        offset: u32,
        max: u32,
    ) -> Result<FoundPage, Error> {
        let mut size = max.clamp(1, limits::FIND_PAGE);
        loop {
            let xml = request(self.smtp(), folder, traversal, order, offset, size)?;
            let mut answer = Call::small("FindItem", xml).make(self).await?;
            match page(&mut answer, "Items", read_item::facts).await {
                Err(error) if halves(&error, &mut size) => {}
                Err(error) => return Err(error),
                Ok(page) => {
                    let (next_offset, last) = page.next(offset);
                    let total = page.total;
                    return Ok(FoundPage { items: page.entries, next_offset, last, total });
                }
            }
        }
    }
}

/// By time of creation in the mailbox, which never changes, so that the pages fit together.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    OldestFirst,
    NewestFirst,
}

pub(super) fn request(
    smtp: &str,
    folder: &FolderId,
    traversal: Traversal,
    order: Order,
    offset: u32,
    size: u32,
) -> Result<Vec<u8>, Error> {
    let traversal = match traversal {
        Traversal::Shallow => "Shallow",
        Traversal::Associated => "Associated",
    };
    let order = match order {
        Order::OldestFirst => "Ascending",
        Order::NewestFirst => "Descending",
    };
    envelope(smtp, |xml| {
        xml.element("m:FindItem", &[("Traversal", traversal)], |xml| {
            write::item_facts_shape(xml, &[]);
            xml.empty("m:IndexedPageItemView", &attributes(&view(offset, size)));
            xml.element("m:SortOrder", &[], |xml| {
                xml.element("t:FieldOrder", &[("Order", order)], |xml| {
                    xml.empty("t:FieldURI", &[("FieldURI", "item:DateTimeCreated")]);
                });
            });
            xml.element("m:ParentFolderIds", &[], |xml| {
                write::folder(xml, FolderName::Id(folder));
            });
        });
    })
}

/// Size and offset of a page, as texts.
pub(super) fn view(offset: u32, size: u32) -> [String; 2] {
    [size.to_string(), offset.to_string()]
}

pub(super) fn attributes([size, offset]: &[String; 2]) -> [(&str, &str); 3] {
    [("MaxEntriesReturned", size), ("Offset", offset), ("BasePoint", "Beginning")]
}

/// Whether `error` says that the page was too large, and a smaller one can be tried.
pub(super) fn halves(error: &Error, size: &mut u32) -> bool {
    let too_large = matches!(
        error.response_code(),
        Some("ErrorDataSizeLimitExceeded" | "ErrorExceededFindCountLimit")
    );
    let can = too_large && *size > limits::FIND_PAGE_LEAST;
    *size = if can { (*size / 2).max(limits::FIND_PAGE_LEAST) } else { *size };
    can
}

/// A page as the service gave it.
pub(super) struct Page<T> {
    pub(super) entries: Vec<T>,
    next: Option<u32>,
    last: bool,
    pub(super) total: Option<u32>,
}

impl<T> Page<T> {
    /// Offset of the next page, and whether this is the last one. An offset that does not move on
    /// would be asked for again for ever, so the entries are counted instead.
    pub(super) fn next(&self, offset: u32) -> (Option<u32>, bool) {
        if self.last || self.entries.is_empty() {
            return (None, true);
        }
        let counted = offset.saturating_add(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        (Some(self.next.filter(|next| *next > offset).unwrap_or(counted)), false)
    }
}

/// Reads the answer to a paged search, whose entries stand in `<t:wrapper>`.
pub(super) async fn page<T>(
    answer: &mut Answer,
    wrapper: &str,
    read: impl Fn(&Element) -> Option<T>,
) -> Result<Page<T>, Error> {
    answer.open_messages().await?;
    let Some(mut message) = answer.message().await? else {
        return Err(answer.malformed("it holds no response message"));
    };
    let mut page = None;
    while let Some(part) = answer.part(&mut message).await? {
        if !part.is(Ns::Messages, "RootFolder") {
            answer.skip().await?;
            continue;
        }
        let mut found = empty(&part);
        while let Some(inner) = answer.child().await? {
            if !inner.is(Ns::Types, wrapper) {
                answer.skip().await?;
                continue;
            }
            while let Some(entry) = answer.child().await? {
                let entry = answer.tree(entry).await?;
                let entry = read(&entry).ok_or_else(|| answer.malformed("an entry has no id"))?;
                found.entries.push(entry);
                if found.entries.len() > limits::PAGE_ENTRIES {
                    return Err(answer.malformed("its page does not end"));
                }
            }
        }
        page = Some(found);
    }
    answer.finish().await?;
    message.outcome(answer.request_id())?;
    page.ok_or_else(|| answer.malformed("it reports success without a page"))
}

fn empty<T>(root: &Start) -> Page<T> {
    let number = |name| root.attribute(name).and_then(|text| text.parse().ok());
    Page {
        entries: Vec::new(),
        next: number("IndexedPagingOffset"),
        last: root.attribute("IncludesLastItemInRange") == Some("true"),
        total: number("TotalItemsInView"),
    }
}
