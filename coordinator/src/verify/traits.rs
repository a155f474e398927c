//! What every pair is compared by, without exporting it: class and date.

use longhaul_core::{ItemKey, Timestamp};
use longhaul_ews::Listed;

/// Class and date of an item, as small as they can be kept for each pair of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Traits {
    /// A digest of the class; case does not count.
    pub(super) class: u32,
    /// Its date, by B-51's rule.
    pub(super) date: Option<Timestamp>,
}

impl Traits {
    pub(super) fn of(item: &Listed) -> Self {
        let class = item.class.as_deref().unwrap_or_default().to_ascii_uppercase();
        let digest = ItemKey::of(&format!("class {class}"));
        let [a, b, c, d, ..] = *digest.as_bytes();
        Self { class: u32::from_le_bytes([a, b, c, d]), date: item.received }
    }

    /// Digests of a pair's two sides, and what they differ in. `since` is when the project began:
    /// an item that was neither delivered nor submitted is dated by its creation, which an import
    /// renews, so a later date of the copy says nothing.
    pub(super) fn compare(
        source: Self,
        copy: Self,
        since: Timestamp,
    ) -> (u64, u64, Vec<&'static str>) {
        let renewed = copy.date != source.date && copy.date.is_some_and(|date| date >= since);
        let digest = |traits: Self| {
            let date = traits.date.filter(|_| !renewed).map_or(i64::MIN, |date| date.0);
            let digest = ItemKey::of(&format!("item {} {date}", traits.class));
            let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
            u64::from_le_bytes([a, b, c, d, e, f, g, h])
        };
        let mut differs = Vec::new();
        if source.class != copy.class {
            differs.push("class");
        }
        if source.date != copy.date && !renewed {
            differs.push("date");
        }
        (digest(source), digest(copy), differs)
    }
}

#[cfg(test)]
mod tests {
    use longhaul_ews::ItemId;

    use super::*;

    const SINCE: Timestamp = Timestamp(1_000);

    fn traits(class: &str, date: i64) -> Traits {
        Traits::of(&Listed {
            id: ItemId::new("AAMk"),
            class: Some(class.to_owned()),
            size: None,
            received: Some(Timestamp(date)),
            associated: false,
        })
    }

    #[test]
    fn a_pair_that_agrees_has_one_digest() {
        let (a, b, differs) = Traits::compare(traits("IPM.Note", 5), traits("ipm.note", 5), SINCE);
        assert!(a == b && differs.is_empty(), "{differs:?}");
    }

    #[test]
    fn another_class_or_date_is_noticed() {
        let note = traits("IPM.Note", 5);
        let (a, b, differs) = Traits::compare(note, traits("IPM.Post", 5), SINCE);
        assert!(a != b && differs == ["class"], "{differs:?}");
        let (a, b, differs) = Traits::compare(note, traits("IPM.Note", 6), SINCE);
        assert!(a != b && differs == ["date"], "{differs:?}");
    }

    #[test]
    fn a_date_that_the_import_gave_says_nothing() {
        let (a, b, differs) =
            Traits::compare(traits("IPM.Contact", 5), traits("IPM.Contact", 1_000), SINCE);
        assert!(a == b && differs.is_empty(), "{differs:?}");
    }
}
