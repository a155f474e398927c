//! What is not carried over, with reasons an operator can pass on (B-17).

use super::{FolderReport, NotCopied};
use crate::engine::{Plan, Tree};

/// What this version carries over from no mailbox.
pub(super) fn of_every_project() -> Vec<String> {
    [
        "inbox rules, folder permissions, delegates and out-of-office settings: this version copies \
         items only",
        "the archive mailbox and recoverable items: this version does not read them",
        "links to Teams and Skype meetings: they lead to the source tenant",
        "retention tags: items keep them, and the destination tenant does not know them",
        "rights-protected messages: they open only for whom the source tenant still lets in",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Folders that are left out, and hidden items that nobody asked for.
pub(super) fn of_the_map(tree: &Tree, plan: &Plan, associated: bool) -> Vec<NotCopied> {
    let mut list: Vec<NotCopied> = plan
        .skipped
        .iter()
        .map(|left| NotCopied {
            path: tree.path(left.source),
            reason: left.reason.to_owned(),
            items: Some(tree.nodes()[left.source].items),
        })
        .collect();
    let hidden: u64 = plan.steps.iter().map(|step| tree.nodes()[step.source].associated).sum();
    if !associated && hidden > 0 {
        list.push(NotCopied {
            path: Vec::new(),
            reason: "hidden (associated) items: `options.associated_items` asks for them"
                .to_owned(),
            items: Some(hidden),
        });
    }
    list
}

/// What stays behind of a folder that is copied, or will not show there.
pub(super) fn of_a_folder(folder: &FolderReport) -> Vec<NotCopied> {
    let reasons = [
        (folder.outside, "not older than the cut-off of the last pass: a full pass copies it"),
        (folder.not_shown, "copied, and not shown: its class does not fit the folder"),
        (folder.encrypted, "copied, and opens only with its user's own key (S/MIME)"),
    ];
    let told = reasons.into_iter().filter(|(items, _)| *items > 0);
    told.map(|(items, reason)| NotCopied {
        path: folder.path.clone(),
        reason: reason.to_owned(),
        items: Some(items),
    })
    .collect()
}
