//! Reading a mailbox's folders.

use std::collections::HashMap;

use longhaul_core::FolderKey;
use longhaul_core::code::{MALFORMED_ANSWER, REQUEST_REFUSED};
use longhaul_ews::{Folder, FolderKind, FolderName, Mailbox};
use longhaul_worker::fingerprint;

use super::{Node, Tree};
use crate::engine::trouble::Trouble;

/// Well-known folders that are asked for by role, beside those the list itself names: every
/// version since Exchange 2013 knows these.
/// Source: Microsoft: "DistinguishedFolderId (EWS)".
const ROLES: [&str; 20] = [
    "inbox",
    "sentitems",
    "drafts",
    "deleteditems",
    "outbox",
    "junkemail",
    "calendar",
    "contacts",
    "tasks",
    "notes",
    "journal",
    "voicemail",
    "conversationhistory",
    "syncissues",
    "conflicts",
    "localfailures",
    "serverfailures",
    "recipientcache",
    "quickcontacts",
    "imcontactlist",
];

pub(super) const ROOT: &str = "msgfolderroot";

/// Readings of a tree that changes while it is read, before it is taken as it is.
pub(super) const READINGS: usize = 3;

/// The tree of a mailbox. `place` says whose, for errors. It only reads.
pub(crate) async fn read_tree(mailbox: &Mailbox, place: &str) -> Result<Tree, Trouble> {
    let root = read_root(mailbox, place).await?;
    let roles = read_roles(mailbox, place).await?;
    let mut readings = 1;
    loop {
        let folders = read_folders(mailbox, place).await?;
        let nodes = folders.into_iter().map(|folder| node(folder, &roles)).collect();
        let tree = Tree::build(root.clone(), nodes);
        if tree.orphans == 0 || readings == READINGS {
            return Ok(tree);
        }
        readings += 1;
    }
}

/// The root folder: the cheapest call that shows whether a mailbox is there and ours to read.
pub(crate) async fn read_root(mailbox: &Mailbox, place: &str) -> Result<Node, Trouble> {
    let answers = mailbox
        .get_folders(&[FolderName::Distinguished(ROOT)])
        .await
        .map_err(|error| Trouble::call(place, &error))?;
    match answers.into_iter().next() {
        Some(Ok(folder)) => {
            let mut root = node(folder, &HashMap::new());
            root.role = Some(ROOT.to_owned());
            Ok(root)
        }
        Some(Err(error)) => Err(Trouble::item(place, &error)),
        None => {
            Err(Trouble::passing(MALFORMED_ANSWER, format!("{place}: an answer without a folder")))
        }
    }
}

/// Which folder has which role. A role the mailbox does not have is none; a server that does not
/// know one of the names refuses the request, and the list has to do.
pub(super) async fn read_roles(
    mailbox: &Mailbox,
    place: &str,
) -> Result<HashMap<FolderKey, &'static str>, Trouble> {
    let names = ROLES.map(FolderName::Distinguished);
    let answers = match mailbox.get_folders(&names).await {
        Ok(answers) => answers,
        Err(error) if error.code() == REQUEST_REFUSED => Vec::new(),
        Err(error) => return Err(Trouble::call(place, &error)),
    };
    let mut roles = HashMap::new();
    for (role, answer) in ROLES.into_iter().zip(answers) {
        match answer {
            Ok(folder) => {
                roles.insert(FolderKey::of(folder.id.as_str()), role);
            }
            Err(error) => {
                let trouble = Trouble::item(place, &error);
                // Not there is an answer; busy is none.
                if trouble.throttled || error.class() == longhaul_ews::Class::Backoff {
                    return Err(trouble);
                }
            }
        }
    }
    Ok(roles)
}

async fn read_folders(mailbox: &Mailbox, place: &str) -> Result<Vec<Folder>, Trouble> {
    read_below(mailbox, &FolderName::Distinguished(ROOT), place).await
}

/// All folders below `root`, however deep.
pub(super) async fn read_below(
    mailbox: &Mailbox,
    root: &FolderName<'_>,
    place: &str,
) -> Result<Vec<Folder>, Trouble> {
    let mut folders = Vec::new();
    let mut offset = Some(0);
    while let Some(at) = offset {
        let page =
            mailbox.find_folders(root, at).await.map_err(|error| Trouble::call(place, &error))?;
        folders.extend(page.folders);
        offset = page.next_offset;
    }
    Ok(folders)
}

pub(super) fn node(folder: Folder, roles: &HashMap<FolderKey, &'static str>) -> Node {
    let role = roles.get(&FolderKey::of(folder.id.as_str())).map(|role| (*role).to_owned());
    Node {
        fingerprint: folder.fingerprint().map(fingerprint),
        parent_id: folder.parent.map(|id| id.as_str().to_owned()).unwrap_or_default(),
        name: folder.name.unwrap_or_default(),
        class: folder.class.unwrap_or_else(|| class_of(folder.kind).to_owned()),
        role: role.or(folder.distinguished),
        search: folder.kind == FolderKind::Search,
        items: folder.items.unwrap_or_default().into(),
        associated: folder.associated.unwrap_or_default().into(),
        bytes: folder.size.unwrap_or_default(),
        id: folder.id.as_str().to_owned(),
    }
}

/// The class that a folder's element stands for, where the answer lacks the class itself.
const fn class_of(kind: FolderKind) -> &'static str {
    match kind {
        FolderKind::Calendar => "IPF.Appointment",
        FolderKind::Contacts => "IPF.Contact",
        FolderKind::Tasks => "IPF.Task",
        FolderKind::Folder | FolderKind::Search => "",
    }
}
