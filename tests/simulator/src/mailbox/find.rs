//! Lists of a folder's items in an order, by pages.

use std::sync::Arc;

use super::{FolderId, FolderKind, ItemId, Listed, Mailbox, Order, Page, Refusal, Scope};

/// The numbers of a folder's items in one order. Eight bytes an item, made when first asked for
/// and kept until the folder changes or another view is asked for.
#[derive(Debug)]
pub(super) struct View {
    scope: Scope,
    order: Order,
    /// The mailbox's change number when it was made.
    change: u64,
    numbers: Vec<u64>,
}

impl Mailbox {
    /// A page of a folder's items.
    ///
    /// # Errors
    /// `FolderNotFound`.
    pub(crate) fn find_items(
        &self,
        folder: FolderId,
        scope: Scope,
        order: Order,
        offset: u64,
        max: usize,
    ) -> Result<Page<Listed>, Refusal> {
        let view = self.view(folder, scope, order)?;
        let stored = self.stored_folder(folder)?;
        let total = view.numbers.len();
        let start = total.min(usize::try_from(offset).unwrap_or(usize::MAX));
        let end = start.saturating_add(max).min(total);
        let entries =
            view.numbers[start..end].iter().filter_map(|number| stored.listed(*number)).collect();
        Ok(Page { entries, total: total as u64, next: end as u64, last: end == total })
    }

    fn view(&self, id: FolderId, scope: Scope, order: Order) -> Result<Arc<View>, Refusal> {
        let folder = self.stored_folder(id)?;
        // A poisoned lock means a panic elsewhere; the view itself is always whole.
        let mut kept = folder.view.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(view) = &*kept
            && (view.scope, view.order, view.change) == (scope, order, self.last_change)
        {
            return Ok(Arc::clone(view));
        }
        let associated = scope == Scope::Associated;
        let ids = if folder.kind == FolderKind::Search { Vec::new() } else { self.item_ids(id)? };
        let mut numbers: Vec<u64> = ids
            .into_iter()
            .map(|ItemId { number, .. }| number)
            .filter(|number| folder.is_associated(*number) == associated)
            .collect();
        if order == Order::OldestFirst {
            numbers.reverse();
        } else if order != Order::NewestFirst {
            let mut dated: Vec<_> = numbers
                .iter()
                .rev()
                .map(|number| (folder.listed(*number).map(|item| item.facts.received), *number))
                .collect();
            dated.sort();
            numbers = dated.into_iter().map(|(_, number)| number).collect();
            if order == Order::ReceivedDescending {
                numbers.reverse();
            }
        }
        let view = Arc::new(View { scope, order, change: self.last_change, numbers });
        *kept = Some(Arc::clone(&view));
        Ok(view)
    }
}
