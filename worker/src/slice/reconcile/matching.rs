//! Pairing doubtful items with candidates in the destination.

use std::collections::HashMap;

use longhaul_core::{Bytes, Timestamp};
use longhaul_ews::{ItemFacts, ItemId};
use longhaul_telemetry::labels::Settlement;

use super::Doubtful;

/// What can be told of a doubtful item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was not uploaded.
    Absent,
    /// It stands as this item.
    Stands(ItemId),
    /// It may stand as one of these.
    Ambiguous(Vec<ItemId>),
}

impl Verdict {
    /// The same, for the metrics.
    pub(super) const fn settlement(&self) -> Settlement {
        match self {
            Self::Absent => Settlement::Absent,
            Self::Stands(_) => Settlement::Adopted,
            Self::Ambiguous(_) => Settlement::Ambiguous,
        }
    }
}

/// What an upload certainly keeps ([EL tests/test_items/test_generic.py]).
#[derive(PartialEq, Eq, Hash)]
struct Signature {
    class: Option<String>,
    message_id: Option<String>,
    delivered: Option<Timestamp>,
    submitted: Option<Timestamp>,
    subject: Option<String>,
}

/// What an upload keeps as far as anyone knows: it tells alike items apart, and is no more than
/// a hint where it differs.
#[derive(PartialEq, Eq, Hash)]
struct Detail {
    search_key: Option<Vec<u8>>,
    size: Option<Bytes>,
}

fn signature(facts: &ItemFacts) -> Signature {
    Signature {
        class: facts.class.clone(),
        message_id: facts.message_id.clone(),
        delivered: facts.delivered,
        submitted: facts.submitted,
        subject: facts.subject.clone(),
    }
}

fn detail(facts: &ItemFacts) -> Detail {
    Detail { search_key: facts.search_key.clone(), size: facts.size }
}

/// Pairs as multisets, because mailboxes hold legitimate twins.
pub(super) fn settle(
    doubtful: Vec<Doubtful>,
    candidates: Vec<ItemFacts>,
) -> Vec<(Doubtful, Verdict)> {
    let mut alike: HashMap<Signature, (Vec<Doubtful>, Vec<ItemFacts>)> = HashMap::new();
    for item in doubtful {
        alike.entry(signature(&item.facts)).or_default().0.push(item);
    }
    for candidate in candidates {
        if let Some((_, found)) = alike.get_mut(&signature(&candidate)) {
            found.push(candidate);
        }
    }
    alike
        .into_iter()
        .flat_map(|(signature, (items, found))| pair(&signature, items, found))
        .collect()
}

/// Items and candidates of one signature.
fn pair(
    signature: &Signature,
    items: Vec<Doubtful>,
    found: Vec<ItemFacts>,
) -> Vec<(Doubtful, Verdict)> {
    let mut by_detail: HashMap<Detail, Vec<ItemFacts>> = HashMap::new();
    for candidate in found {
        by_detail.entry(detail(&candidate)).or_default().push(candidate);
    }
    let mut verdicts = Vec::with_capacity(items.len());
    let mut rest = Vec::new();
    for item in items {
        // Alike in everything we can see: any of them is right.
        match by_detail.get_mut(&detail(&item.facts)).and_then(Vec::pop) {
            Some(candidate) => verdicts.push((item, Verdict::Stands(candidate.id))),
            None => rest.push(item),
        }
    }
    let left: Vec<_> = by_detail.into_values().flatten().collect();
    verdicts.extend(leftovers(signature, rest, &left));
    verdicts
}

/// Items and candidates of one signature that differ in detail.
fn leftovers(
    signature: &Signature,
    items: Vec<Doubtful>,
    left: &[ItemFacts],
) -> Vec<(Doubtful, Verdict)> {
    let verdict = match (items.as_slice(), left) {
        (_, []) => Verdict::Absent,
        ([item], [candidate]) if is_one(signature, &item.facts, candidate) => {
            Verdict::Stands(candidate.id.clone())
        }
        _ => Verdict::Ambiguous(left.iter().map(|candidate| candidate.id.clone()).collect()),
    };
    items.into_iter().map(|item| (item, verdict.clone())).collect()
}

/// Whether one item and one candidate are the same beyond doubt: a message id says so, else the
/// search key or the size has to agree.
fn is_one(signature: &Signature, item: &ItemFacts, candidate: &ItemFacts) -> bool {
    signature.message_id.is_some()
        || item.size == candidate.size
        || (item.search_key.is_some() && item.search_key == candidate.search_key)
}

#[cfg(test)]
mod tests {
    use longhaul_core::{BatchNo, ItemKey};
    use longhaul_store::folder::IntentItem;

    use super::*;

    fn facts(id: &str, message_id: Option<&str>, size: u64) -> ItemFacts {
        ItemFacts {
            parent: None,
            id: ItemId::new(id),
            class: Some("IPM.Note".to_owned()),
            size: Some(Bytes(size)),
            created: None,
            modified: None,
            delivered: Some(Timestamp(1)),
            submitted: None,
            message_id: message_id.map(str::to_owned),
            subject: Some("words".to_owned()),
            search_key: None,
        }
    }

    fn doubtful(id: &str, message_id: Option<&str>, size: u64) -> Doubtful {
        Doubtful {
            batch: BatchNo(0),
            intent: IntentItem::new(ItemKey::of(id), id.to_owned()),
            facts: facts(id, message_id, size),
        }
    }

    fn verdicts(items: Vec<Doubtful>, found: Vec<ItemFacts>) -> Vec<(String, Verdict)> {
        let mut verdicts: Vec<_> = settle(items, found)
            .into_iter()
            .map(|(item, verdict)| (item.intent.source_id, verdict))
            .collect();
        verdicts.sort_by(|a, b| a.0.cmp(&b.0));
        verdicts
    }

    #[test]
    fn what_was_not_uploaded_is_absent() {
        let settled =
            verdicts(vec![doubtful("a", Some("<1>"), 5)], vec![facts("x", Some("<2>"), 5)]);
        assert_eq!(settled, [("a".to_owned(), Verdict::Absent)]);
    }

    #[test]
    fn one_to_one_is_adopted_though_the_size_differs() {
        let settled =
            verdicts(vec![doubtful("a", Some("<1>"), 5)], vec![facts("x", Some("<1>"), 6)]);
        assert_eq!(settled, [("a".to_owned(), Verdict::Stands(ItemId::new("x")))]);
    }

    #[test]
    fn of_two_twins_with_one_copy_one_stands_and_one_does_not() {
        let twins = vec![doubtful("a", None, 5), doubtful("b", None, 5)];
        let settled = verdicts(twins, vec![facts("x", None, 5)]);
        let standing = settled.iter().filter(|(_, v)| matches!(v, Verdict::Stands(_))).count();
        let absent = settled.iter().filter(|(_, v)| *v == Verdict::Absent).count();
        assert_eq!((standing, absent), (1, 1));
    }

    #[test]
    fn no_copy_is_adopted_twice() {
        let twins = vec![doubtful("a", None, 5), doubtful("b", None, 5)];
        let settled = verdicts(twins, vec![facts("x", None, 5), facts("y", None, 5)]);
        let mut ids: Vec<_> = settled
            .into_iter()
            .filter_map(|(_, v)| if let Verdict::Stands(id) = v { Some(id.id) } else { None })
            .collect();
        ids.sort();
        assert_eq!(ids, ["x", "y"]);
    }

    #[test]
    fn an_alike_item_without_message_id_and_of_another_size_is_not_guessed_at() {
        let settled = verdicts(vec![doubtful("a", None, 5)], vec![facts("x", None, 6)]);
        assert!(matches!(&settled[0].1, Verdict::Ambiguous(ids) if ids.len() == 1));
    }

    #[test]
    fn two_that_fit_one_copy_of_another_size_are_parked_both() {
        let items = vec![doubtful("a", Some("<1>"), 5), doubtful("b", Some("<1>"), 5)];
        let settled = verdicts(items, vec![facts("x", Some("<1>"), 6)]);
        assert!(settled.iter().all(|(_, v)| matches!(v, Verdict::Ambiguous(_))));
    }
}
