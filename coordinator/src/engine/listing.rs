//! What went wrong, read from the store page by page.

use longhaul_core::{FolderKey, ItemKey, MailboxId, advice};
use longhaul_store::Store;
use longhaul_store::folder::{Checkpoint, Failure, Outcome};
use longhaul_store::records::{self, FolderRecord, MailboxRecord};

use super::context::Context;
use super::{ErrorLevel, ErrorPage, ErrorQuery, ErrorRow, Refusal, RefusalKind, find};

/// Rows of a page if none are asked for, and the most there are.
const PAGE: usize = 100;
const PAGE_LARGEST: usize = 1000;

/// The place of a row: the next page begins behind it. The order of its fields is the order of
/// the rows, a mailbox's own before its folders', a folder's before its items'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    mailbox: MailboxId,
    folder: Option<FolderKey>,
    item: Option<ItemKey>,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let mailbox = parts.next()?.parse().ok()?;
        let folder = parts.next().map(str::parse).transpose().ok()?;
        let item = parts.next().map(str::parse).transpose().ok()?;
        parts.next().is_none().then_some(Self { mailbox, folder, item })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.mailbox)?;
        self.folder.iter().try_for_each(|folder| write!(f, "/{folder}"))?;
        self.item.iter().try_for_each(|item| write!(f, "/{item}"))
    }
}

/// A page of errors.
pub(super) async fn errors(
    context: &Context,
    project: &str,
    query: ErrorQuery,
) -> Result<ErrorPage, Refusal> {
    let store = &*context.store;
    let project = find::project(store, project).await?;
    let after = match &query.after {
        Some(text) => Some(Place::read(text).ok_or_else(|| {
            let text = format!("{text:?} is not the place of a page of errors");
            Refusal::new(RefusalKind::Invalid, longhaul_core::code::BAD_VALUE, text)
        })?),
        None => None,
    };
    let limit = if query.limit == 0 { PAGE } else { query.limit.min(PAGE_LARGEST) };
    let mut mailboxes = find::select(find::mailboxes(store, project.id).await?, &query.selection)?;
    mailboxes.sort_by_key(|mailbox| mailbox.id);
    let mut page = Page { query: &query, after, limit, rows: Vec::new(), full: false };
    for mailbox in mailboxes {
        page.read_mailbox(store, &mailbox).await?;
        if page.full {
            break;
        }
    }
    let next = page.full.then(|| page.rows.last().map(|(place, _)| place.to_string())).flatten();
    Ok(ErrorPage { rows: page.rows.into_iter().map(|(_, row)| row).collect(), next })
}

struct Page<'a> {
    query: &'a ErrorQuery,
    after: Option<Place>,
    limit: usize,
    rows: Vec<(Place, ErrorRow)>,
    /// There was one more row than the page holds.
    full: bool,
}

impl Page<'_> {
    fn push(&mut self, place: Place, row: ErrorRow) {
        if self.full
            || self.after.is_some_and(|after| place <= after)
            || self.query.code.is_some_and(|code| code != row.code)
        {
            return;
        }
        if self.rows.len() == self.limit {
            self.full = true;
            return;
        }
        self.rows.push((place, row));
    }

    async fn read_mailbox(
        &mut self,
        store: &dyn Store,
        mailbox: &MailboxRecord,
    ) -> Result<(), Refusal> {
        if self.after.is_some_and(|after| mailbox.id < after.mailbox) {
            return Ok(());
        }
        let place = Place { mailbox: mailbox.id, folder: None, item: None };
        if let Some(problem) = &mailbox.problem {
            let mut row = row(ErrorLevel::Mailbox, mailbox, problem.code, &problem.text);
            row.at = Some(problem.at);
            self.push(place, row);
        }
        let mut folders = store.overview(mailbox.id).await?;
        folders.sort_by_key(|(key, _)| *key);
        for (key, checkpoint) in folders {
            self.read_folder(store, mailbox, key, &checkpoint).await?;
        }
        Ok(())
    }

    async fn read_folder(
        &mut self,
        store: &dyn Store,
        mailbox: &MailboxRecord,
        key: FolderKey,
        checkpoint: &Checkpoint,
    ) -> Result<(), Refusal> {
        let parked = match &checkpoint.outcome {
            Some(Outcome::Parked { code, detail }) => Some((*code, detail)),
            _ => None,
        };
        if self.full || (parked.is_none() && checkpoint.counters.failed == 0) {
            return Ok(());
        }
        let place = Place { mailbox: mailbox.id, folder: Some(key), item: None };
        let folder = longhaul_core::FolderRef { mailbox: mailbox.id, folder: key };
        let path = records::load::<FolderRecord>(store, &FolderRecord::key_of(folder))
            .await?
            .map(|(record, _)| record.path)
            .unwrap_or_default();
        if let Some((code, detail)) = parked {
            let mut row = row(ErrorLevel::Folder, mailbox, code, detail);
            row.folder.clone_from(&path);
            row.at = Some(checkpoint.progressed);
            self.push(place, row);
        }
        let resumed =
            self.after.filter(|after| after.mailbox == mailbox.id && after.folder == Some(key));
        let mut after = resumed.and_then(|place| place.item);
        while !self.full {
            let failures = store.failures(folder, after, PAGE).await?;
            let Some(last) = failures.last() else { break };
            after = Some(last.key);
            for failure in failures {
                let place = Place { item: Some(failure.key), ..place };
                self.push(place, item_row(mailbox, &path, failure));
            }
        }
        Ok(())
    }
}

fn row(
    level: ErrorLevel,
    mailbox: &MailboxRecord,
    code: longhaul_core::Code,
    detail: &str,
) -> ErrorRow {
    ErrorRow {
        level,
        mailbox: mailbox.source.clone(),
        folder: Vec::new(),
        item: None,
        class: None,
        size: None,
        received: None,
        code,
        detail: detail.to_owned(),
        next: advice(code).to_owned(),
        attempts: None,
        at: None,
    }
}

fn item_row(mailbox: &MailboxRecord, path: &[String], failure: Failure) -> ErrorRow {
    ErrorRow {
        folder: path.to_vec(),
        item: Some(failure.source_id),
        class: Some(failure.class),
        size: Some(failure.size),
        received: failure.received,
        attempts: Some(failure.attempts),
        at: Some(failure.at),
        ..row(ErrorLevel::Item, mailbox, failure.code, &failure.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_from_its_text() {
        let mailbox = MailboxId::from_bytes([3; 16]);
        let (folder, item) = (FolderKey::of("f"), ItemKey::of("i"));
        let places = [
            Place { mailbox, folder: None, item: None },
            Place { mailbox, folder: Some(folder), item: None },
            Place { mailbox, folder: Some(folder), item: Some(item) },
        ];
        for place in places {
            assert_eq!(Place::read(&place.to_string()), Some(place));
        }
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Place::read("nonsense"), None);
    }
}
