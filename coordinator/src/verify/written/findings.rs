//! What was found in a folder, kind by kind, as both the page and the tables show it.

use crate::engine::ProblemStatus;
use crate::verify::{FolderReport, ItemRef, MissingReason};

/// A kind of finding.
pub(super) struct Kind {
    /// Its name in tables.
    pub(super) name: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// What it means, and what to do.
    pub(super) hint: &'static str,
}

/// The findings of one kind in a folder.
pub(super) struct Findings<'a> {
    pub(super) kind: &'static Kind,
    /// The ones that are named.
    pub(super) named: Vec<Finding<'a>>,
    /// How many there are.
    pub(super) count: u64,
}

/// One item that is to be looked at.
pub(super) struct Finding<'a> {
    /// Its id, at the source unless the kind says otherwise.
    pub(super) id: &'a str,
    /// Its counterpart's id, if it is known.
    pub(super) copy: Option<&'a str>,
    /// What else is known of it.
    pub(super) item: Option<&'a ItemRef>,
    /// Why it is here, if that is more than its kind says.
    pub(super) why: String,
}

const MISSING: Kind = Kind {
    name: "missing",
    title: "Missing in the destination",
    hint: "Items of the source without a counterpart. Start the pass again, then verify again.",
};
const FAILED: Kind = Kind {
    name: "failed",
    title: "Could not be copied",
    hint: "Recorded as failed, each with its code. Mend the cause, then retry the errors.",
};
const AMBIGUOUS: Kind = Kind {
    name: "ambiguous",
    title: "Nobody can say whether they stand",
    hint: "Several items of the destination fit. Compare them, and remove a double by hand.",
};
const CONFLICTING: Kind = Kind {
    name: "conflicting",
    title: "A later change was not carried over",
    hint: "They are copied; the source has changed since, and the change was left alone.",
};
const EXTRA: Kind = Kind {
    name: "extra",
    title: "In the destination only",
    hint: "They appeared during the project and are nobody's counterpart: a user or a rule put \
           them there. The ids are the destination's.",
};
const DIFFERING: Kind = Kind {
    name: "differing",
    title: "Pairs that differ",
    hint: "Open both items: one side may have been changed since.",
};

/// Everything that was found in a folder; a kind of which there is nothing is left out.
pub(super) fn findings(folder: &FolderReport) -> Vec<Findings<'_>> {
    let missing = folder.missing_items.iter().map(|missing| {
        let why = match missing.reason {
            MissingReason::NotCopied => "never copied",
            MissingReason::CopyGone => "copied, and the copy is gone",
        };
        Finding { why: why.to_owned(), ..finding(&missing.item) }
    });
    let differing = folder.differences.iter().map(|pair| Finding {
        id: &pair.source,
        copy: Some(pair.destination.as_str()).filter(|id| !id.is_empty()),
        item: None,
        why: match &pair.problem {
            Some(ProblemStatus { code, text, .. }) => format!("{code}: {text}"),
            None => format!("differs in {}", pair.properties.join(", ")),
        },
    });
    let kinds: [(&'static Kind, Vec<Finding<'_>>, u64); 6] = [
        (&MISSING, missing.collect(), folder.missing),
        (&FAILED, all(&folder.quarantined_items), folder.quarantined),
        (&AMBIGUOUS, all(&folder.ambiguous_items), folder.ambiguous),
        (&CONFLICTING, all(&folder.conflicting_items), folder.conflicting),
        (&EXTRA, all(&folder.extra_items), folder.extra),
        (&DIFFERING, differing.collect(), folder.different),
    ];
    let found = kinds.into_iter().filter(|(_, _, count)| *count > 0);
    found.map(|(kind, named, count)| Findings { kind, named, count }).collect()
}

fn all(items: &[ItemRef]) -> Vec<Finding<'_>> {
    items.iter().map(finding).collect()
}

fn finding(item: &ItemRef) -> Finding<'_> {
    let why = item.code.map(|code| code.to_string()).unwrap_or_default();
    Finding { id: &item.id, copy: None, item: Some(item), why }
}
