//! Folder classes: what fits where, and what is nobody's to copy.

use super::Node;

/// Why a folder is left out, if it is.
pub(super) fn left_out(node: &Node) -> Option<&'static str> {
    if node.search {
        return Some("a search folder: it shows items of other folders");
    }
    // Copies of Teams messages and other services' own records; their services write them anew.
    // Source: exchangelib's known folders (IPF.SkypeTeams.Message, IPF.StoreItem.*).
    let service = ["IPF.SkypeTeams.Message", "IPF.StoreItem"];
    service
        .iter()
        .any(|class| is_or_below(&node.class, class))
        .then_some("a service's own data, which the service keeps itself")
}

/// Whether items of a folder of class `a` are shown in one of class `b`.
pub(super) fn fit(a: &str, b: &str) -> bool {
    family(a) == family(b)
}

/// What a client makes of a folder: the class without its refinements. No class means mail, and
/// mail fetched from elsewhere is mail.
fn family(class: &str) -> String {
    let family = class.split('.').take(2).collect::<Vec<_>>().join(".").to_ascii_uppercase();
    match family.as_str() {
        "" | "IPF" | "IPF.IMAP" => "IPF.NOTE".to_owned(),
        _ => family,
    }
}

fn is_or_below(class: &str, above: &str) -> bool {
    let (Some(head), rest) = (class.get(..above.len()), class.get(above.len()..)) else {
        return false;
    };
    head.eq_ignore_ascii_case(above)
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refined_class_fits_its_family_and_no_other() {
        assert!(fit("IPF.Note", "IPF.Note.OutlookHomepage"));
        assert!(fit("", "IPF.Note"));
        assert!(fit("IPF.Imap", "ipf.note"));
        assert!(!fit("IPF.Note", "IPF.Appointment"));
        assert!(!fit("IPF.Contact", "IPF.Configuration"));
    }

    #[test]
    fn only_the_named_class_and_what_is_below_it_counts() {
        assert!(is_or_below("IPF.StoreItem.Sync", "IPF.StoreItem"));
        assert!(is_or_below("ipf.storeitem", "IPF.StoreItem"));
        assert!(!is_or_below("IPF.StoreItems", "IPF.StoreItem"));
        assert!(!is_or_below("IPF", "IPF.StoreItem"));
    }
}
