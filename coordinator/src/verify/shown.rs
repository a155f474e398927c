//! Items that are copied and will still not be seen (B-17).

/// Classes that each family of folders shows; a family that is not here shows everything.
/// Source: Microsoft: "Item types and message classes", "PidTagContainerClass".
const SHOWN: [(&str, &[&str]); 5] = [
    ("IPF.APPOINTMENT", &["IPM.APPOINTMENT", "IPM.SCHEDULE", "IPM.OLE.CLASS"]),
    ("IPF.CONTACT", &["IPM.CONTACT", "IPM.DISTLIST", "IPM.ABCHPERSON"]),
    ("IPF.TASK", &["IPM.TASK", "IPM.TASKREQUEST"]),
    ("IPF.STICKYNOTE", &["IPM.STICKYNOTE"]),
    ("IPF.JOURNAL", &["IPM.ACTIVITY"]),
];

/// Whether clients show an item of class `item` in a folder of class `folder`.
pub(super) fn shows(folder: &str, item: &str) -> bool {
    let folder = folder.to_ascii_uppercase();
    let item = item.to_ascii_uppercase();
    let family = SHOWN.iter().find(|(family, _)| is_or_below(&folder, family));
    family.is_none_or(|(_, classes)| classes.iter().any(|class| is_or_below(&item, class)))
}

/// Whether only its addressee's own key opens the item.
/// Source: Microsoft: \[MS-OXOSMIME\] section 2.1.3.1.
pub(super) fn is_encrypted(item: &str) -> bool {
    item.eq_ignore_ascii_case("IPM.Note.SMIME")
}

fn is_or_below(class: &str, above: &str) -> bool {
    class.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_in_a_calendar_is_not_shown_and_an_exception_is() {
        assert!(!shows("IPF.Appointment", "IPM.Note"));
        assert!(shows("IPF.Appointment.Birthday", "IPM.Appointment"));
        assert!(shows("ipf.appointment", "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"));
        assert!(shows("IPF.Task", "IPM.TaskRequest.Accept"));
        assert!(!shows("IPF.Contact", "IPM.Contacts"));
    }

    #[test]
    fn a_mail_folder_shows_everything() {
        for folder in ["", "IPF.Note", "IPF.Note.OutlookHomepage", "IPF.Whatever"] {
            assert!(shows(folder, "IPM.Appointment"), "{folder}");
        }
    }

    #[test]
    fn a_signed_message_is_not_an_encrypted_one() {
        assert!(is_encrypted("ipm.note.smime"));
        assert!(!is_encrypted("IPM.Note.SMIME.MultipartSigned"));
    }
}
