//! The folders a mailbox is made with, and their names.

/// A folder of the default tree.
pub(super) struct Known {
    /// Id that EWS knows it by; empty for none.
    pub(super) id: &'static str,
    /// Index of its parent in the list; `None` for a root.
    pub(super) parent: Option<&'static str>,
    pub(super) class: &'static str,
    pub(super) search: bool,
    pub(super) hidden: bool,
    english: &'static str,
    german: &'static str,
    french: &'static str,
}

impl Known {
    /// The display name in a language such as `de-DE`.
    pub(super) fn name(&self, locale: &str) -> &'static str {
        match locale.split('-').next() {
            Some("de") => self.german,
            Some("fr") => self.french,
            _ => self.english,
        }
    }
}

const fn folder(
    id: &'static str,
    parent: &'static str,
    class: &'static str,
    [english, german, french]: [&'static str; 3],
) -> Known {
    Known { id, parent: Some(parent), class, search: false, hidden: false, english, german, french }
}

const fn same(
    id: &'static str,
    parent: &'static str,
    class: &'static str,
    name: &'static str,
) -> Known {
    folder(id, parent, class, [name, name, name])
}

const fn root(id: &'static str) -> Known {
    Known { parent: None, ..same(id, "", "", "Root") }
}

const fn hidden(known: Known) -> Known {
    Known { hidden: true, ..known }
}

const fn search(known: Known) -> Known {
    Known { search: true, ..known }
}

const TOP: [&str; 3] = [
    "Top of Information Store",
    "Oberste Ebene des Informationsspeichers",
    "Haut de la banque d'informations",
];

/// Parents before children.
pub(super) const PRIMARY: &[Known] = &[
    root("root"),
    folder("msgfolderroot", "root", "", TOP),
    folder("inbox", "msgfolderroot", "IPF.Note", ["Inbox", "Posteingang", "Boîte de réception"]),
    folder("drafts", "msgfolderroot", "IPF.Note", ["Drafts", "Entwürfe", "Brouillons"]),
    folder(
        "sentitems",
        "msgfolderroot",
        "IPF.Note",
        ["Sent Items", "Gesendete Elemente", "Éléments envoyés"],
    ),
    folder(
        "deleteditems",
        "msgfolderroot",
        "IPF.Note",
        ["Deleted Items", "Gelöschte Elemente", "Éléments supprimés"],
    ),
    folder("outbox", "msgfolderroot", "IPF.Note", ["Outbox", "Postausgang", "Boîte d'envoi"]),
    folder(
        "junkemail",
        "msgfolderroot",
        "IPF.Note",
        ["Junk Email", "Junk-E-Mail", "Courrier indésirable"],
    ),
    folder("archive", "msgfolderroot", "IPF.Note", ["Archive", "Archiv", "Archive"]),
    folder(
        "conversationhistory",
        "msgfolderroot",
        "IPF.Note",
        ["Conversation History", "Aufgezeichnete Unterhaltungen", "Historique des conversations"],
    ),
    folder("calendar", "msgfolderroot", "IPF.Appointment", ["Calendar", "Kalender", "Calendrier"]),
    folder("contacts", "msgfolderroot", "IPF.Contact", ["Contacts", "Kontakte", "Contacts"]),
    folder("tasks", "msgfolderroot", "IPF.Task", ["Tasks", "Aufgaben", "Tâches"]),
    folder("notes", "msgfolderroot", "IPF.StickyNote", ["Notes", "Notizen", "Notes"]),
    folder("journal", "msgfolderroot", "IPF.Journal", ["Journal", "Journal", "Journal"]),
    folder(
        "syncissues",
        "msgfolderroot",
        "IPF.Note",
        ["Sync Issues", "Synchronisierungsprobleme", "Problèmes de synchronisation"],
    ),
    folder("conflicts", "syncissues", "IPF.Note", ["Conflicts", "Konflikte", "Conflits"]),
    folder(
        "localfailures",
        "syncissues",
        "IPF.Note",
        ["Local Failures", "Lokale Fehler", "Défaillances locales"],
    ),
    folder(
        "serverfailures",
        "syncissues",
        "IPF.Note",
        ["Server Failures", "Serverfehler", "Défaillances du serveur"],
    ),
    hidden(same("recipientcache", "contacts", "IPF.Contact.RecipientCache", "Recipient Cache")),
    hidden(same(
        "quickcontacts",
        "contacts",
        "IPF.Contact.MOC.QuickContacts",
        "Skype for Business Contacts",
    )),
    same("recoverableitemsroot", "root", "", "Recoverable Items"),
    same("recoverableitemsdeletions", "recoverableitemsroot", "", "Deletions"),
    same("recoverableitemsversions", "recoverableitemsroot", "", "Versions"),
    same("recoverableitemspurges", "recoverableitemsroot", "", "Purges"),
    same("recoverableitemsdiscoveryholds", "recoverableitemsroot", "", "DiscoveryHolds"),
    same("searchfolders", "root", "", "Finder"),
    search(same("", "searchfolders", "IPF", "AllItems")),
    hidden(same("", "root", "", "Common Views")),
    hidden(same("", "root", "", "Deferred Action")),
];

/// The archive mailbox's tree.
pub(super) const ARCHIVE: &[Known] = &[
    root("archiveroot"),
    folder("archivemsgfolderroot", "archiveroot", "", TOP),
    folder(
        "archiveinbox",
        "archivemsgfolderroot",
        "IPF.Note",
        ["Inbox", "Posteingang", "Boîte de réception"],
    ),
    folder(
        "archivedeleteditems",
        "archivemsgfolderroot",
        "IPF.Note",
        ["Deleted Items", "Gelöschte Elemente", "Éléments supprimés"],
    ),
    same("archiverecoverableitemsroot", "archiveroot", "", "Recoverable Items"),
    same("archiverecoverableitemsdeletions", "archiverecoverableitemsroot", "", "Deletions"),
    same("archiverecoverableitemsversions", "archiverecoverableitemsroot", "", "Versions"),
    same("archiverecoverableitemspurges", "archiverecoverableitemsroot", "", "Purges"),
    same(
        "archiverecoverableitemsdiscoveryholds",
        "archiverecoverableitemsroot",
        "",
        "DiscoveryHolds",
    ),
];
