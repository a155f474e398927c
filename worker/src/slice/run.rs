//! The slice's course: list, copy, and know when to stop.

use std::collections::VecDeque;

use futures::stream::{FuturesUnordered, StreamExt as _};
use longhaul_store::folder::{Checkpoint, Fingerprint, Position};
use tokio::time::Instant;

use super::batch::{Batch, cut};
use super::committer::PageNo;
use super::enumerate::Page;
use super::error::Halt;
use super::folder::Folder;
use crate::job::Control;

/// Batches of one slice under way at a time. Requests of a mailbox are bounded by its lanes; this
/// keeps both sides of one folder busy.
const WIDTH: usize = 3;

/// How a slice ended.
#[derive(Debug)]
pub(crate) struct Ending {
    /// Why it ended early; none if the folder is worked through.
    pub(crate) halt: Option<Halt>,
    /// Whether anything was committed.
    pub(crate) progressed: bool,
    /// What the folder looked like before this slice's list.
    pub(crate) fingerprint: Option<Fingerprint>,
}

/// Works on the folder until it is done or the slice has to end. Every batch that was begun has
/// ended when this returns.
pub(crate) async fn run(folder: &Folder, checkpoint: &Checkpoint, control: &Control) -> Ending {
    let mut ending = Ending { halt: None, progressed: false, fingerprint: None };
    let prepared = async {
        // Before the list, so that what changes meanwhile is noticed next time.
        let fingerprint = folder.fingerprint().await?;
        let room = folder.room_for_index(checkpoint, fingerprint.as_ref()).await?;
        folder.load_index(checkpoint).await?;
        folder.reconcile(checkpoint).await?;
        Ok((fingerprint, room))
    };
    let _room = match prepared.await {
        Ok((fingerprint, room)) => {
            ending.fingerprint = fingerprint;
            room
        }
        Err(halt) => {
            ending.progressed = folder.committer.has_progressed();
            ending.halt = Some(halt);
            return ending;
        }
    };
    let halt = Course::new(folder, checkpoint.position.clone()).run(control).await;
    ending.progressed = folder.committer.has_progressed();
    ending.halt = halt;
    ending
}

/// What is listed and not yet begun.
struct Course<'a> {
    folder: &'a Folder,
    begun: Instant,
    at: Option<Position>,
    waiting: VecDeque<(PageNo, Batch)>,
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
                    && let Some((page, batch)) = self.waiting.pop_front()
                {
                    copying.push(self.folder.copy(page, batch));
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

    fn take(&mut self, page: Result<Page, Halt>) {
        let page = match page {
            Ok(page) => page,
            Err(halt) => return self.stop_for(halt),
        };
        self.listed_all = page.end.last;
        self.at = Some(page.end.clone());
        let batches = {
            let index = self.folder.index();
            cut(page.items, |item| index.goes_alone(item.key))
        };
        let number = self.folder.committer.listed(batches.len(), page.end);
        self.waiting.extend(batches.into_iter().map(|batch| (number, batch)));
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
