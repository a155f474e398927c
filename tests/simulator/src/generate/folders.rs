//! Which folders a generated mailbox has and what is in them.

use std::sync::Arc;

use crate::mailbox::{FolderId, Mailbox, Refusal};

use super::{bulk::Bulk, kinds::Kind, profile::Profile, row::Row};

/// Folder names that try what a name can be, below the inbox.
const ODD_NAMES: &[&str] = &[
    "\"quoted\" & <marked>",
    "🛷 snow 👩‍🚀",
    "  spaces around  ",
    "one/two\\three",
    "100% #done? *",
    "Ünïcödé ﷽",
];

/// A folder to fill: well-known id, names below it, class, share of the items, kinds.
struct Place {
    known: &'static str,
    below: &'static [&'static str],
    class: &'static str,
    /// Items of a hundred that go here; one at least.
    share: u64,
    kinds: &'static [Kind],
    twins: bool,
}

const fn place(known: &'static str, share: u64, kinds: &'static [Kind]) -> Place {
    Place { known, below: &[], class: "IPF.Note", share, kinds, twins: false }
}

const PLACES: &[Place] = &[
    place("inbox", 30, &[Kind::Mail, Kind::Request, Kind::Forwarded, Kind::Response, Kind::Mail]),
    place("sentitems", 12, &[Kind::Sent]),
    place("drafts", 3, &[Kind::Draft]),
    place("deleteditems", 4, &[Kind::Mail, Kind::Contact]),
    place("junkemail", 2, &[Kind::Mail]),
    place("archive", 6, &[Kind::Mail, Kind::Post]),
    place("calendar", 10, &[Kind::Appointment, Kind::Series, Kind::Appointment]),
    place("contacts", 8, &[Kind::Contact, Kind::Contact, Kind::Group]),
    place("tasks", 4, &[Kind::Task]),
    place("journal", 2, &[Kind::Journal]),
    place("notes", 2, &[Kind::Note]),
    Place {
        below: &["Level 1", "Level 2", "Level 3", "Level 4", "Level 5"],
        ..place("msgfolderroot", 5, &[Kind::Mail, Kind::Post, Kind::Unknown])
    },
    Place {
        below: &["Twins"],
        twins: true,
        ..place("inbox", 6, &[Kind::Mail, Kind::Contact, Kind::Forwarded])
    },
    Place {
        below: &["Team"],
        class: "IPF.Appointment",
        ..place("calendar", 3, &[Kind::Series, Kind::Appointment])
    },
    Place {
        below: &["Partners"],
        class: "IPF.Contact",
        ..place("contacts", 3, &[Kind::Contact, Kind::Group])
    },
];

/// Fills a mailbox by a profile. A folder of the same name that is there is used.
///
/// # Errors
/// Those of creating folders.
pub(crate) fn fill(mailbox: &mut Mailbox, profile: &Profile) -> Result<(), Refusal> {
    if profile.varied > 0 {
        for (number, place) in (0..).zip(PLACES) {
            let folder = open(mailbox, place.known, place.below, place.class)?;
            let count = (profile.varied * place.share / 100).max(1 + u64::from(place.twins));
            let kinds = place.kinds.to_vec();
            let row = Row { seed: profile.seed, folder: number, count, kinds, twins: place.twins };
            mailbox.add_source(folder, false, Arc::new(row))?;
        }
        odd_folders(mailbox, profile)?;
    }
    bulk(mailbox, profile)
}

/// Folders with odd names, an empty one, hidden items, and the heavy ones.
fn odd_folders(mailbox: &mut Mailbox, profile: &Profile) -> Result<(), Refusal> {
    let seed = profile.seed;
    let add = |mailbox: &mut Mailbox, folder, number, count, associated, kinds| {
        let row = Row { seed, folder: number, count, kinds, twins: false };
        mailbox.add_source(folder, associated, Arc::new(row))
    };
    let longest = "L".repeat(255);
    for (number, name) in (100..).zip(ODD_NAMES.iter().copied().chain([longest.as_str()])) {
        let folder = open(mailbox, "inbox", &[name], "IPF.Note")?;
        add(mailbox, folder, number, 1, false, vec![Kind::Mail])?;
    }
    open(mailbox, "inbox", &["Empty"], "IPF.Note")?;
    for (number, known) in [(200, "inbox"), (201, "calendar")] {
        let folder = open(mailbox, known, &[], "")?;
        add(mailbox, folder, number, 2, true, vec![Kind::Configuration])?;
    }
    let folder = open(mailbox, "archive", &["Heavy"], "IPF.Note")?;
    let big = profile.big_attachment;
    let kinds = vec![Kind::Heavy(big), Kind::Heavy(big / 4), Kind::Heavy(100_000)];
    add(mailbox, folder, 300, 3, false, kinds)
}

fn bulk(mailbox: &mut Mailbox, profile: &Profile) -> Result<(), Refusal> {
    if profile.bulk == 0 {
        return Ok(());
    }
    let folders = profile.bulk_folders;
    for number in 0..folders {
        let name = format!("Bulk {number:04}");
        let folder = match folders {
            1 => open(mailbox, "inbox", &[], "")?,
            _ => open(mailbox, "msgfolderroot", &[&name], "IPF.Note")?,
        };
        let count = profile.bulk / folders + u64::from(number < profile.bulk % folders);
        let row = Bulk::new(profile.seed.wrapping_add(number), count, profile.bulk_sizes);
        mailbox.add_source(folder, false, Arc::new(row))?;
    }
    Ok(())
}

/// A folder below a well-known one, created where it is not there.
fn open(
    mailbox: &mut Mailbox,
    known: &str,
    below: &[&str],
    class: &str,
) -> Result<FolderId, Refusal> {
    let mut folder = mailbox.distinguished(known).ok_or(Refusal::FolderNotFound)?;
    for name in below {
        folder = match mailbox.find_child(folder, name) {
            Some(found) => found,
            None => mailbox.create_folder(folder, name, class)?,
        };
    }
    Ok(folder)
}
