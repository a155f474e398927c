//! An item too large for a batch: from the source to the destination without being held.
//!
//! The closing tags of the upload are sent only once the whole item has passed the checker, so a
//! bad one is never stored. Its length is not known before, so it is sent in chunks; an endpoint
//! that does not take these gets it the two-step way: exported once to check and to measure, and
//! again to be sent with its length, broken off if that has changed (design section 4.9).

use longhaul_core::{Bytes, Code};
use longhaul_ews::{
    Executed, ExportStream, ItemError, StreamError, Streamed, UploadAction, UploadStreamError,
};
use tokio::time::Instant;

use super::copy::Flight;
use super::error::{Halt, describe, item_detail};
use super::folder::Folder;
use super::group::TRIES;
use super::item::{Aim, Item};
use super::reconcile::Sent;
use super::upload::NOTHING_TO_SEND;
use super::verdict::{Verdict, Way, is_about_items, verdict};
use crate::throttle::{Ladder, Lane, Tries};

/// What a streamed item takes in memory: pieces on their way, on both sides.
const HELD: Bytes = Bytes(4 * 1024 * 1024);

/// How one try of a large item ended, when neither it nor the slice has failed.
enum Tried {
    Stands(Streamed),
    Gone,
    /// What became of it is noted already.
    Noted,
    /// Why it did not work; another try may.
    Again(Code, String),
    /// Why it does not work.
    Never(Code, String),
}

/// What earlier tries tell the next one.
struct Before {
    /// What the upload does.
    action: UploadAction,
    /// When it was last sent, if that may have been to its end.
    sent: Option<Sent>,
    /// It was not taken without a length.
    measure: bool,
}

impl Default for Before {
    fn default() -> Self {
        Self { action: UploadAction::CreateNew, sent: None, measure: false }
    }
}

impl Folder {
    pub(super) async fn copy_large(&self, item: &Item, flight: &mut Flight) -> Result<(), Halt> {
        let _memory = self.unless_stopped(self.memory.reserve(HELD)).await?;
        let mut before = Before::default();
        if matches!(item.aim, Aim::Update(_)) {
            match self.judge_large(item, flight).await? {
                Some(copy) => before.action = UploadAction::Update(copy),
                None => return self.note_alone(flight).await,
            }
        }
        let copied = self.try_large(item, &mut before, flight).await;
        match copied {
            Err(Halt::InDoubt) => flight.doubtful.push(item.clone()),
            Err(_) if before.sent.is_some() => flight.refused.push(item.clone()),
            _ => {}
        }
        copied
    }

    async fn try_large(
        &self,
        item: &Item,
        before: &mut Before,
        flight: &mut Flight,
    ) -> Result<(), Halt> {
        let mut tries = 0;
        loop {
            if tries > 0 {
                self.pause(Some(Instant::now() + Ladder::of_calls().step(tries))).await?;
            }
            tries += 1;
            let tried = self.stream(item, before, flight).await?;
            let outcome = &mut flight.outcome;
            match tried {
                Tried::Stands(Streamed { id, content }) => {
                    let item = Item { content, ..item.clone() };
                    self.stands(&item, &id, outcome);
                }
                Tried::Gone => self.vanished(item, outcome),
                Tried::Noted => {}
                Tried::Again(..) if tries < TRIES => continue,
                Tried::Again(code, detail) | Tried::Never(code, detail) => {
                    self.fail(item, code, detail, outcome).await?;
                }
            }
            return self.note_alone(flight).await;
        }
    }

    /// A failure is written with a batch; one that was never sent has none yet.
    async fn note_alone(&self, flight: &mut Flight) -> Result<(), Halt> {
        if flight.batch.is_some() {
            return Ok(());
        }
        self.intend(&mut flight.batch, Vec::new(), NOTHING_TO_SEND).await
    }

    /// One try: export and upload at the same time.
    async fn stream(
        &self,
        item: &Item,
        before: &mut Before,
        flight: &mut Flight,
    ) -> Result<Tried, Halt> {
        let runtime = self.options.upload_timeout(item.size);
        let (source, destination) = (&self.source, &self.destination);
        let mut tries = Tries::default();
        loop {
            if let Some(sent) = before.sent.take() {
                let absent = self.look_before_repeating(&[item], sent, flight).await;
                if absent.inspect_err(|_| before.sent = Some(sent))? != [true] {
                    return Ok(Tried::Noted);
                }
            }
            let length = if before.measure || destination.mailbox.refuses_chunks() {
                match self.measure(item, &mut tries).await? {
                    Ok(length) => Some(length),
                    Err(tried) => return Ok(tried),
                }
            } else {
                None
            };
            // Always in this order, so that two slices never wait for each other.
            let sending = self.unless_stopped(self.sending.read()).await?;
            let reading = source.lane.enter(&self.stop).await?;
            let writing = destination.lane.enter(&self.stop).await?;
            let export = source.mailbox.export_stream(&item.id);
            let export = match self.unless_stopped(export).await? {
                Ok(Ok(export)) => export,
                Ok(Err(error)) => return refused(&error, Way::Export, &source.lane),
                Err(error) if is_about_items(error.class()) => {
                    return Ok(Tried::Again(error.code(), describe(&error)));
                }
                Err(error) => {
                    drop((reading, writing));
                    source.lane.after(error, &mut tries)?;
                    continue;
                }
            };
            // The deadline is counted from before the store is told of it.
            let until = Instant::now() + runtime;
            self.intend(&mut flight.batch, vec![item.intent()], runtime).await?;
            flight.until = Some(until);
            // A neighbour may have met a hint while the intent was written.
            if destination.lane.is_blocked() {
                continue;
            }
            let sent = self.arrivals().sent_now();
            let upload = destination.mailbox.upload_stream(
                &destination.folder,
                item.associated,
                before.action.clone(),
                length,
                export,
                runtime,
            );
            let error = match self.answer_until(until, upload).await {
                Some(Ok(Ok(stored))) => {
                    self.arrived(&stored.id);
                    if before.measure {
                        destination.mailbox.remember_refuses_chunks();
                    }
                    return Ok(Tried::Stands(stored));
                }
                Some(Ok(Err(error))) => {
                    before.sent = Some(sent);
                    if let Some(code) = item.copy_refused(&error) {
                        return Ok(Tried::Never(code, item_detail(&error)));
                    }
                    return refused(&error, Way::Upload, &destination.lane);
                }
                Some(Err(error)) => error,
                None => return Err(Halt::InDoubt),
            };
            if error.executed() == Executed::Unknown {
                return Err(Halt::InDoubt);
            }
            drop((sending, reading, writing));
            if matches!(error, UploadStreamError::Destination(_)) {
                before.sent = Some(sent);
            }
            if length.is_none() && error.may_refuse_chunks() {
                before.measure = true;
                continue;
            }
            match error {
                UploadStreamError::Destination(error) | UploadStreamError::Cut(error)
                    if !is_about_items(error.class()) =>
                {
                    destination.lane.after(error, &mut tries)?;
                }
                error => return Ok(Tried::Again(error.code(), error.to_string())),
            }
        }
    }

    /// The item's length, by exporting and checking it without sending it anywhere.
    async fn measure(&self, item: &Item, tries: &mut Tries) -> Result<Result<u64, Tried>, Halt> {
        let source = &self.source;
        loop {
            let reading = source.lane.enter(&self.stop).await?;
            let export = source.mailbox.export_stream(&item.id);
            let error = match self.unless_stopped(export).await? {
                Ok(Ok(export)) => match self.unless_stopped(drain(export)).await? {
                    Ok(length) => return Ok(Ok(length)),
                    Err(StreamError::Call(error)) => error,
                    Err(error) => return Ok(Err(Tried::Again(error.code(), error.to_string()))),
                },
                Ok(Err(error)) => return refused(&error, Way::Export, &source.lane).map(Err),
                Err(error) => error,
            };
            if is_about_items(error.class()) {
                return Ok(Err(Tried::Again(error.code(), describe(&error))));
            }
            drop(reading);
            source.lane.after(error, tries)?;
        }
    }
}

/// Reads an item to its end; its length, if it is whole.
async fn drain(mut export: ExportStream) -> Result<u64, StreamError> {
    while export.next_piece().await?.is_some() {}
    Ok(export.report().map_or(0, |report| report.bytes))
}

/// What a refusal of the item on one side means for the try.
fn refused(error: &ItemError, way: Way, lane: &Lane) -> Result<Tried, Halt> {
    match verdict(error, way)? {
        Verdict::Gone => Ok(Tried::Gone),
        Verdict::InDoubt => Err(Halt::InDoubt),
        Verdict::Throttled { hint } => {
            let wait = Ladder::of_calls().next(hint);
            lane.block(wait);
            Err(Halt::Throttled(wait))
        }
        Verdict::Again { .. } => Ok(Tried::Again(error.code(), item_detail(error))),
        Verdict::Never => Ok(Tried::Never(error.code(), item_detail(error))),
    }
}
