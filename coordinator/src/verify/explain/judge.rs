//! What the traces and both sides mean together.

use std::collections::HashMap;

use longhaul_core::code::AMBIGUOUS_UPLOAD;
use longhaul_core::{FolderKey, FolderRef, advice};
use longhaul_ews::Listed;
use longhaul_store::folder::Checkpoint;
use longhaul_store::records::{self, PassRecord, Side};

use super::Question;
use super::answer::{Explanation, Standing, Trace, WhyFailed};
use super::find::{Place, Traces};
use crate::engine::{Trouble, plan, read_tree};
use crate::verify::cover::covers;
use crate::verify::patience::patiently;

/// A standing with its reason and the next step.
struct Verdict {
    standing: Standing,
    why: String,
    next: String,
}

fn verdict(standing: Standing, why: impl Into<String>, next: impl Into<String>) -> Verdict {
    Verdict { standing, why: why.into(), next: next.into() }
}

/// Puts the answer together.
pub(super) async fn judge(
    question: &Question<'_>,
    traces: Traces,
    source: Option<Place>,
    copy: Option<Place>,
) -> Result<Explanation, Trouble> {
    let passes: Vec<PassRecord> =
        records::list(&*question.context.store, &PassRecord::prefix(question.project.id)).await?;
    let verdict = match known(&traces, source.as_ref(), copy.as_ref()) {
        Some(verdict) => verdict,
        None => match (source.as_ref().filter(|place| place.there), &copy) {
            (Some(place), _) => not_copied(question, place).await?,
            (None, Some(_)) => {
                let why = "it stands in the destination and is no copy of ours: it was there before, \
                           or a user or a rule put it there";
                verdict(Standing::NotOurs, why, "")
            }
            (None, None) => {
                let why = "neither side has an item of this id now, and none was copied";
                let next = "check the id and the mailbox: ids belong to one mailbox";
                verdict(Standing::Unknown, why, next)
            }
        },
    };
    let folder = match (traces.folder, source.as_ref().and_then(Place::folder)) {
        (Some(folder), _) => question.path_of(folder),
        (None, Some(folder)) => {
            question.path(Side::Source, folder).map(<[String]>::to_vec).unwrap_or_default()
        }
        (None, None) => Vec::new(),
    };
    Ok(Explanation {
        mailbox: question.mailbox.source.clone(),
        destination: question.mailbox.destination.clone(),
        item: question.item.to_owned(),
        standing: verdict.standing,
        why: verdict.why,
        next: verdict.next,
        folder,
        ledger: traces.copied.map(|record| Trace {
            destination: record.destination,
            size: record.size,
            copies: traces.copies,
        }),
        source: source.map(|place| place.seen(question, Side::Source)),
        copy: copy.map(|place| place.seen(question, Side::Destination)),
        failure: traces.failure.map(|failure| WhyFailed {
            code: failure.code,
            detail: failure.detail,
            pass: passes.iter().find(|pass| pass.id == failure.pass).map(|pass| pass.number),
            attempts: failure.attempts,
            at: failure.at,
        }),
    })
}

/// What the store's traces say; `None` if there are none.
fn known(traces: &Traces, source: Option<&Place>, copy: Option<&Place>) -> Option<Verdict> {
    if let (Some(_), Some(failure)) = (&traces.copied, &traces.failure) {
        let why = format!("it is copied; a later change was not carried over: {}", failure.detail);
        return Some(verdict(Standing::Conflicting, why, advice(failure.code)));
    }
    if let Some(failure) = traces.failure.as_ref().filter(|failure| failure.code.is_conflict()) {
        let why =
            format!("its copy was left alone, because its user changed it: {}", failure.detail);
        return Some(verdict(Standing::Conflicting, why, advice(failure.code)));
    }
    if let Some(failure) = &traces.failure {
        let standing = match failure.code {
            AMBIGUOUS_UPLOAD => Standing::Ambiguous,
            _ => Standing::Failed,
        };
        let why = format!("it could not be copied: {}", failure.detail);
        return Some(verdict(standing, why, advice(failure.code)));
    }
    if traces.copied.is_none() && traces.intended {
        let why = "an upload of it is under way, or was when its worker ended";
        let next = "ask again in some minutes: it is settled before its folder goes on";
        return Some(verdict(Standing::UnderWay, why, next));
    }
    traces.copied.as_ref()?;
    if copy.is_some_and(|copy| !copy.there) {
        let why = "it was copied, and its copy is gone: deleted in the destination, or moved to a \
                   folder that gave it another id";
        return Some(verdict(Standing::CopyGone, why, ""));
    }
    let gone = match source {
        Some(source) if source.there => "",
        _ => "; the source does not have it in its folder any more",
    };
    Some(match traces.copies {
        1 => verdict(Standing::Copied, format!("it was to be copied, and is{gone}"), ""),
        copies => {
            let why = format!("it is copied, and changed since: copied {copies} times{gone}");
            verdict(Standing::Updated, why, "")
        }
    })
}

/// Why an item that stands at the source was not copied.
async fn not_copied(question: &Question<'_>, place: &Place) -> Result<Verdict, Trouble> {
    let Some(parent) = place.folder() else {
        return Ok(not_yet("the service does not say in which folder it stands"));
    };
    let key = FolderKey::of(parent.as_str());
    if !question.folders.iter().any(|record| record.folder_key() == key) {
        return not_mapped(question, key).await;
    }
    let folder = FolderRef { mailbox: question.mailbox.id, folder: key };
    let Some(checkpoint) = question.context.store.checkpoint(folder).await? else {
        return Ok(not_yet("no pass has begun with its folder"));
    };
    let facts = place.facts.as_ref();
    let item = Listed {
        id: longhaul_ews::ItemId::new(place.id.as_str()),
        class: facts.and_then(|facts| facts.class.clone()),
        size: None,
        received: place.received(),
        associated: false,
    };
    if !covers(&checkpoint.bounds, &item) {
        return Ok(outside(&checkpoint, &item));
    }
    Ok(match &checkpoint.outcome {
        None => not_yet("the pass is still at work on its folder"),
        Some(longhaul_store::folder::Outcome::Parked { code, detail }) => {
            let why = format!("its folder was given up before its turn came: {code}: {detail}");
            verdict(Standing::NotYet, why, advice(*code))
        }
        Some(longhaul_store::folder::Outcome::Cancelled) => {
            not_yet("the last pass was stopped before its turn came")
        }
        Some(longhaul_store::folder::Outcome::Done) => not_yet(
            "it appeared after the last pass had listed its folder, or is hidden (associated)",
        ),
    })
}

fn not_yet(why: &str) -> Verdict {
    verdict(Standing::NotYet, why, "the next full pass copies it")
}

fn outside(checkpoint: &Checkpoint, item: &Listed) -> Verdict {
    let date = item.received.map(|date| date.to_string()).unwrap_or_default();
    let cutoff = checkpoint.bounds.cutoff.map(|date| date.to_string()).unwrap_or_default();
    let why = format!("its date, {date}, is not before the cut-off of the last pass, {cutoff}");
    verdict(Standing::OutsideCutOff, why, "a full pass, or one with a later cut-off, copies it")
}

/// A folder that is not mapped is left out by design, or is new.
async fn not_mapped(question: &Question<'_>, key: FolderKey) -> Result<Verdict, Trouble> {
    let (mailbox, name) =
        question.context.mailbox(question.project, question.mailbox, Side::Source)?;
    let tree = patiently(|| read_tree(&mailbox, &name)).await?;
    let decided = plan(&tree, &tree, &HashMap::new());
    let left = decided.skipped.iter().find(|left| tree.nodes()[left.source].key() == key);
    Ok(match left {
        Some(left) => {
            let path = tree.path(left.source).join("/");
            let why = format!("its folder {path:?} is not copied: {}", left.reason);
            verdict(Standing::LeftOut, why, "")
        }
        None if tree.nodes().iter().any(|node| node.key() == key) => {
            not_yet("no pass has mapped its folder yet")
        }
        None => {
            let why = "it stands outside of the folders that people see, such as among the \
                       recoverable items";
            verdict(Standing::LeftOut, why, "")
        }
    })
}
