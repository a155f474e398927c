//! Subjects of the items a report names: only if the project shows them (B-71).

use std::collections::HashMap;

use longhaul_core::ItemKey;
use longhaul_ews::ItemId;
use longhaul_ews::limits::GET_ITEMS;

use super::list::Place;
use super::patience::patiently;
use super::{FolderReport, ItemRef};
use crate::engine::Trouble;

/// Puts the subjects in, each read from the side its list is about. An item that is gone by now
/// has none.
pub(super) async fn fill(
    source: &Place,
    destination: Option<&Place>,
    report: &mut FolderReport,
) -> Result<(), Trouble> {
    let missing = report.missing_items.iter_mut().map(|missing| &mut missing.item);
    let others =
        [&mut report.quarantined_items, &mut report.ambiguous_items, &mut report.conflicting_items];
    let named: Vec<&mut ItemRef> = missing.chain(others.into_iter().flatten()).collect();
    fill_from(source, named).await?;
    if let Some(destination) = destination {
        fill_from(destination, report.extra_items.iter_mut().collect()).await?;
    }
    Ok(())
}

async fn fill_from(place: &Place, items: Vec<&mut ItemRef>) -> Result<(), Trouble> {
    let ids: Vec<ItemId> = items.iter().map(|item| ItemId::new(item.id.as_str())).collect();
    let mut subjects = HashMap::new();
    for ids in ids.chunks(GET_ITEMS) {
        let answers = patiently(|| async {
            let answers = place.mailbox.get_items(ids).await;
            answers.map_err(|error| Trouble::call(&place.name, &error))
        })
        .await?;
        for (id, facts) in ids.iter().zip(answers) {
            if let Some(subject) = facts.ok().and_then(|facts| facts.subject) {
                subjects.insert(ItemKey::of(&id.id), subject);
            }
        }
    }
    for item in items {
        item.subject = subjects.remove(&ItemKey::of(&item.id));
    }
    Ok(())
}
