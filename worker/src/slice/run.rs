//! The slice's course: list, copy, and know when to stop.

use std::collections::VecDeque;

use futures::stream::{FuturesUnordered, StreamExt as _};
use longhaul_store::folder::{Checkpoint, Fingerprint, Position, Stage};
use tokio::time::Instant;

use super::batch::cut;
use super::committer::PageNo;
use super::copy::Work;
use super::enumerate::{Page, Source};
use super::error::Halt;
use super::folder::Folder;
use crate::job::Control;

/// Batches of one slice under way at a time. Requests of a mailbox are bounded by its lanes; this
/// keeps both sides of one folder busy.
const WIDTH: usize = 3;

/// How a slice ended.
#[derive(Debug)]
pub(crate) struct Ending {
    /// Why it ended early; none if the folder is done with its stage.
    pub(crate) halt: Option<Halt>,
    /// Whether another stage follows then.
    pub(crate) more: bool,
    /// Whether anything was committed.
    pub(crate) progressed: bool,
    /// What the folder looked like before this slice's list, if later changes will show in it.
    pub(crate) fingerprint: Option<Fingerprint>,
}

/// Works on the folder until it is done or the slice has to end. Every batch that was begun has
/// ended when this returns.
pub(crate) async fn run(folder: &Folder, checkpoint: &Checkpoint, control: &Control) -> Ending {
    let mut ending = Ending { halt: None, more: false, progressed: false, fingerprint: None };
    let prepared = async {
        // Before the list, so that what changes meanwhile is noticed next time.
        let source = folder.look_at_source().await?;
        let seen = source.seen();
        let room = folder.room_for_index(checkpoint, seen.as_ref()).await?;
        folder.load_index(checkpoint).await?;
        folder.reconcile(checkpoint).await?;
        Ok((source, room))
    };
    let (source, _room) = match prepared.await {
        Ok((source, room)) => {
            ending.fingerprint = source.fingerprint();
            (source, room)
        }
        Err(halt) => {
            ending.progressed = folder.committer.has_progressed();
            ending.halt = Some(halt);
            return ending;
        }
    };
    let position = checkpoint.position.clone();
    let worked = match checkpoint.stage {
        Stage::Survey => {
            let from = position.filter(|_| !checkpoint.survey_all);
            folder.survey(source, from, control).await.map(|()| true)
        }
        Stage::Copy if matches!(source, Source::Gone) => {
            folder.end_list(position);
            folder.due().await.map(|due| !due.is_empty())
        }
        Stage::Copy => match Course::new(folder, position).run(control).await {
            Some(halt) => Err(halt),
            None => folder.due().await.map(|due| !due.is_empty()),
        },
        Stage::Sweep => folder.sweep().await.map(|()| false),
    };
    ending.progressed = folder.committer.has_progressed();
    match worked {
        Ok(more) => ending.more = more,
        Err(halt) => ending.halt = Some(halt),
    }
    ending
}

/// What is listed and not yet begun.
struct Course<'a> {
    folder: &'a Folder,
    begun: Instant,
    at: Option<Position>,
    waiting: VecDeque<(PageNo, Work)>,
    listed_all: bool,
    halt: Option<Halt>,
}

impl<'a> Course<'a> {
    fn new(folder: &'a Folder, at: Option<Position>) -> Self {
        let begun = Instant::now();
        Self { folder, begun, at, waiting: VecDeque::new(), listed_all: false, halt: None }
    }

    async fn run(mut self, control: &Control) -> Option<Halt> {
        let mut copying = FuturesUnordered::new();
        let mut listing = None;
        loop {
            if self.halt.is_none() && self.has_done_its_share(control).await {
                self.halt = Some(Halt::Enough);
            }
            if self.halt.is_none() {
                while copying.len() < WIDTH
                    && let Some((page, work)) = self.waiting.pop_front()
                {
                    copying.push(self.folder.work(page, work));
                }
                if listing.is_none() && !self.listed_all && self.waiting.len() < WIDTH {
                    listing = Some(Box::pin(self.folder.next_page(self.at.clone())));
                }
            }
            if copying.is_empty() && (listing.is_none() || self.halt.is_some()) {
                return self.result();
            }
            tokio::select! {
                Some(copied) = copying.next(), if !copying.is_empty() => {
                    if let Err(halt) = copied {
                        self.stop_for(halt);
                    }
                }
                page = async { Some(listing.as_mut()?.await) }, if listing.is_some() => {
                    listing = None;
                    if let Some(page) = page {
                        self.take(page);
                    }
                }
            }
        }
    }

    /// Why the slice ended early; none only if every item up to the end of the list has an
    /// outcome, whatever else happened meanwhile.
    fn result(self) -> Option<Halt> {
        if self.folder.committer.is_at_end() {
            return self.halt.filter(|halt| *halt != Halt::Enough);
        }
        Some(self.halt.unwrap_or(Halt::Enough))
    }

    fn take(&mut self, page: Result<Option<Page>, Halt>) {
        let page = match page {
            Ok(Some(page)) => page,
            // It says something of an item in work: the next slice begins with it.
            Ok(None) => return self.stop_for(Halt::Enough),
            Err(halt) => return self.stop_for(halt),
        };
        self.listed_all = page.end.last;
        self.at = Some(page.end.clone());
        let Page { items, reading, moves, marks, end } = page;
        let mut work = Vec::new();
        if !marks.is_empty() {
            work.push(Work::Note(marks));
        }
        if !moves.is_empty() {
            work.push(Work::Move(moves));
        }
        if !reading.is_empty() {
            work.push(Work::Read(reading));
        }
        let batches = {
            let index = self.folder.index();
            cut(items, |item| index.goes_alone(item.key))
        };
        work.extend(batches.into_iter().map(Work::Copy));
        let number = self.folder.committer.listed(work.len(), end);
        self.waiting.extend(work.into_iter().map(|work| (number, work)));
    }

    fn stop_for(&mut self, halt: Halt) {
        self.halt = Some(match self.halt.take() {
            Some(before) => before.or(halt),
            None => halt,
        });
    }

    async fn has_done_its_share(&self, control: &Control) -> bool {
        let options = &self.folder.options;
        self.folder.stop.is_cancelled()
            || self.begun.elapsed() >= options.slice_time
            || self.folder.copied() >= options.slice_bytes
            || !control.may_go_on().await
    }
}
