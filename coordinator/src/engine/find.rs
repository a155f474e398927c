//! Finding projects, passes and mailboxes by what people call them.

use longhaul_core::{MailboxId, ProjectId};
use longhaul_store::records::{self, MailboxRecord, PassRecord, ProjectRecord};
use longhaul_store::{Error, Store};

use super::{Detail, Refusal, RefusalKind, Selection};

/// Similar enough to be worth naming.
const SIMILAR: f64 = 0.8;

/// All projects, in the order of their names.
pub(super) async fn projects(store: &dyn Store) -> Result<Vec<ProjectRecord>, Error> {
    let mut projects: Vec<ProjectRecord> = records::list(store, ProjectRecord::PREFIX).await?;
    projects.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(projects)
}

/// The project of that name (case does not count) or id.
pub(super) async fn project(store: &dyn Store, name_or_id: &str) -> Result<ProjectRecord, Refusal> {
    let projects = projects(store).await?;
    let id = name_or_id.parse::<ProjectId>().ok();
    let found = projects
        .iter()
        .find(|project| same_name(&project.name, name_or_id) || Some(project.id) == id);
    if let Some(project) = found {
        return Ok(project.clone());
    }
    let similar: Vec<_> = projects
        .iter()
        .filter(|project| strsim::jaro_winkler(&project.name, name_or_id) >= SIMILAR)
        .map(|project| format!("{:?}", project.name))
        .collect();
    let hint = if similar.is_empty() {
        String::new()
    } else {
        format!("; similar: {}", similar.join(", "))
    };
    Err(Refusal::not_found(format!("there is no project {name_or_id:?}{hint}")))
}

/// Whether two project names are the same name.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// A project's passes, the oldest first.
pub(super) async fn passes(store: &dyn Store, id: ProjectId) -> Result<Vec<PassRecord>, Error> {
    let mut passes: Vec<PassRecord> = records::list(store, &PassRecord::prefix(id)).await?;
    passes.sort_by_key(|pass| pass.number);
    Ok(passes)
}

/// A project's mailboxes, in the order of their source addresses.
pub(crate) async fn mailboxes(
    store: &dyn Store,
    id: ProjectId,
) -> Result<Vec<MailboxRecord>, Error> {
    let mut mailboxes: Vec<MailboxRecord> =
        records::list(store, &MailboxRecord::prefix(id)).await?;
    mailboxes.sort_by(|a, b| a.source.cmp(&b.source));
    Ok(mailboxes)
}

/// The mailboxes of a selection, in the order they were given in.
pub(super) fn select(
    mailboxes: Vec<MailboxRecord>,
    selection: &Selection,
) -> Result<Vec<MailboxRecord>, Refusal> {
    match selection {
        Selection::All if mailboxes.is_empty() => {
            Err(Refusal::not_found("the project has no mailboxes"))
        }
        Selection::All => Ok(mailboxes),
        Selection::Batch(batch) => {
            let chosen: Vec<_> = mailboxes
                .into_iter()
                .filter(|mailbox| mailbox.batch.as_deref() == Some(batch.as_str()))
                .collect();
            if chosen.is_empty() {
                return Err(Refusal::not_found(format!("no mailbox has the batch {batch:?}")));
            }
            Ok(chosen)
        }
        Selection::Mailboxes(names) => select_named(mailboxes, names),
    }
}

fn select_named(
    mailboxes: Vec<MailboxRecord>,
    names: &[String],
) -> Result<Vec<MailboxRecord>, Refusal> {
    if names.is_empty() {
        return Err(Refusal::not_found("no mailbox is named"));
    }
    let unknown: Vec<_> = names
        .iter()
        .filter(|name| !mailboxes.iter().any(|mailbox| is_called(mailbox, name)))
        .map(|name| {
            Detail::new(longhaul_core::code::NOT_FOUND, name.as_str(), "not in the project")
        })
        .collect();
    if !unknown.is_empty() {
        let text = format!("{} of the mailboxes named are not in the project", unknown.len());
        return Err(
            Refusal::new(RefusalKind::NotFound, longhaul_core::code::NOT_FOUND, text).with(unknown)
        );
    }
    Ok(mailboxes
        .into_iter()
        .filter(|mailbox| names.iter().any(|name| is_called(mailbox, name)))
        .collect())
}

fn is_called(mailbox: &MailboxRecord, name: &str) -> bool {
    mailbox.source.eq_ignore_ascii_case(name)
        || mailbox.destination.eq_ignore_ascii_case(name)
        || name.parse::<MailboxId>().is_ok_and(|id| id == mailbox.id)
}

#[cfg(test)]
mod tests {
    use longhaul_core::state::MailboxState;

    use super::*;

    fn mailbox(name: &str, batch: Option<&str>) -> MailboxRecord {
        MailboxRecord {
            id: MailboxId::generate(),
            project: ProjectId::from_bytes([1; 16]),
            source: format!("{name}@old.example"),
            destination: format!("{name}@new.example"),
            batch: batch.map(str::to_owned),
            state: MailboxState::Matched,
            last_pass: None,
            problem: None,
        }
    }

    #[test]
    fn a_mailbox_is_named_by_either_address_or_its_id() {
        let all = vec![mailbox("a", None), mailbox("b", None), mailbox("c", None)];
        let names =
            vec!["A@old.example".to_owned(), "b@NEW.example".to_owned(), all[2].id.to_string()];
        let chosen = select(all.clone(), &Selection::Mailboxes(names)).expect("known");
        assert_eq!(chosen, all);
    }

    #[test]
    fn every_unknown_mailbox_is_named_at_once() {
        let names = vec!["x@old.example".to_owned(), "a@old.example".to_owned(), "y".to_owned()];
        let refusal = select(vec![mailbox("a", None)], &Selection::Mailboxes(names))
            .expect_err("two are unknown");
        let places: Vec<_> = refusal.details.iter().map(|detail| detail.place.as_str()).collect();
        assert_eq!(places, ["x@old.example", "y"]);
    }

    #[test]
    fn a_batch_without_mailboxes_is_refused() {
        let all = vec![mailbox("a", Some("north")), mailbox("b", Some("south"))];
        let north = select(all.clone(), &Selection::Batch("north".into())).expect("known");
        assert_eq!(north, all[..1]);
        let refusal = select(all, &Selection::Batch("west".into())).expect_err("unknown");
        assert_eq!(refusal.kind, RefusalKind::NotFound);
    }
}
