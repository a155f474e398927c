//! Which items a pass covers (behaviour B-51).

use longhaul_ews::Listed;
use longhaul_store::folder::Bounds;

/// Classes the cut-off applies to, each with what is below it: mail and posts, with the reports
/// and meeting messages that arrive as mail.
const MAIL: [&str; 5] = ["IPM.NOTE", "IPM.POST", "IPM.REPORT", "IPM.SCHEDULE.MEETING", "REPORT"];

/// Whether a pass with these bounds was to copy the item. What has no date is covered.
pub(super) fn covers(bounds: &Bounds, item: &Listed) -> bool {
    if item.associated && !bounds.associated {
        return false;
    }
    let Some(cutoff) = bounds.cutoff.filter(|_| !item.associated) else {
        return true;
    };
    let class = item.class.as_deref().unwrap_or_default().to_ascii_uppercase();
    let is_mail = MAIL.iter().any(|mail| {
        class.strip_prefix(mail).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    !is_mail || item.received.is_none_or(|received| received < cutoff)
}

#[cfg(test)]
mod tests {
    use longhaul_core::Timestamp;
    use longhaul_ews::ItemId;

    use super::*;

    fn item(class: &str, received: Option<i64>, associated: bool) -> Listed {
        Listed {
            id: ItemId::new("AAMk"),
            class: Some(class.to_owned()),
            size: None,
            received: received.map(Timestamp),
            associated,
        }
    }

    #[test]
    fn the_cut_off_holds_back_mail_that_is_not_older() {
        let bounds = Bounds { cutoff: Some(Timestamp(100)), ..Bounds::default() };
        assert!(covers(&bounds, &item("IPM.Note", Some(99), false)));
        assert!(!covers(&bounds, &item("IPM.Note", Some(100), false)));
        assert!(!covers(&bounds, &item("ipm.note.smime", Some(100), false)));
        assert!(covers(&bounds, &item("IPM.Note", None, false)));
        assert!(covers(&bounds, &item("IPM.Notebook", Some(100), false)));
        assert!(covers(&bounds, &item("IPM.Appointment", Some(100), false)));
    }

    #[test]
    fn hidden_items_are_covered_on_request_only_and_then_whole() {
        let hidden = item("IPM.Note.Rules", Some(100), true);
        let bounds =
            |associated| Bounds { cutoff: Some(Timestamp(50)), associated, failed_only: false };
        assert!(!covers(&bounds(false), &hidden));
        assert!(covers(&bounds(true), &hidden));
    }
}
