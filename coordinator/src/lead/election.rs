//! Winning, holding and giving back the lead.

use std::sync::Arc;
use std::time::Duration;

use longhaul_core::{OwnerToken, Timestamp};
use longhaul_store::records::{LeadRecord, Record, TermRecord, load, save};
use longhaul_store::{Error, Expect, Guard, Store, Version};
use tokio::time::sleep;

use super::Leader;

/// How often a coordinator that does not lead looks, and the longest a given back lead is free.
const LOOK: Duration = Duration::from_millis(500);
/// Heartbeats within a lease: two may fail.
const BEATS: u32 = 3;

/// A coordinator that wants to lead.
#[derive(Clone, Debug)]
pub struct Election {
    store: Arc<dyn Store>,
    id: OwnerToken,
    url: String,
    lease: Duration,
    alone: bool,
}

/// A lead that was won.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its number; each election has a greater one.
    pub number: u64,
    guard: Guard,
    lead: LeadRecord,
    version: Version,
}

impl Term {
    /// What guards the leader's writes.
    #[must_use]
    pub fn guard(&self) -> Guard {
        self.guard.clone()
    }
}

/// What came of a try.
enum Tried {
    Won(Term),
    /// Somebody leads, for so long at least.
    Led(Leader, Duration),
    /// Somebody was faster.
    Outrun,
}

impl Election {
    /// A candidate `id` that others reach at `url`. It leads for `lease` without a heartbeat.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, id: OwnerToken, url: String, lease: Duration) -> Self {
        Self { store, id, url, lease, alone: false }
    }

    /// The same for a store that no other process can have open: whoever led before is gone.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// Waits until this coordinator leads, and tells who does meanwhile. A store that is away is
    /// waited for.
    ///
    /// Cancelled, it may have been elected; then its lease runs out.
    pub async fn win(&self, mut led_by: impl FnMut(Option<Leader>)) -> Term {
        let mut in_trouble = false;
        loop {
            let tried = self.try_to_win().await;
            if let Err(error) = &tried
                && !in_trouble
            {
                tracing::warn!(code = %error.code(), %error, "nobody can be elected; trying again");
            }
            in_trouble = tried.is_err();
            let wait = match tried {
                Ok(Tried::Won(term)) => return term,
                Ok(Tried::Led(leader, wait)) => {
                    led_by(Some(leader));
                    wait.min(LOOK)
                }
                Ok(Tried::Outrun) => Duration::from_millis(20),
                Err(_) => {
                    led_by(None);
                    LOOK
                }
            };
            sleep(wait).await;
        }
    }

    /// The order matters: the term is read before the lease is taken, and written after it. Who
    /// stands still in between finds the term changed if another was elected meanwhile.
    async fn try_to_win(&self) -> Result<Tried, Error> {
        let store = &*self.store;
        let term = load::<TermRecord>(store, TermRecord::KEY).await?;
        let lead = load::<LeadRecord>(store, LeadRecord::KEY).await?;
        let now = store.now().await?;
        if let Some((lead, _)) = &lead
            && lead.until > now
            && lead.leader != self.id
            && !self.alone
        {
            let leader = Leader { url: lead.url.clone(), since: lead.since };
            return Ok(Tried::Led(leader, lead.until.since(now)));
        }
        let lead_seen = lead.map_or(Expect::Absent, |(_, version)| Expect::Version(version));
        let lead = LeadRecord {
            leader: self.id,
            url: self.url.clone(),
            since: now,
            until: now.after(self.lease),
        };
        let Some(version) = written(save(store, &lead, lead_seen).await)? else {
            return Ok(Tried::Outrun);
        };
        let number = term.as_ref().map_or(1, |(term, _)| term.number + 1);
        let term_seen = term.map_or(Expect::Absent, |(_, version)| Expect::Version(version));
        let term = TermRecord { number, leader: self.id };
        let Some(guard) = written(save(store, &term, term_seen).await)? else {
            return Ok(Tried::Outrun);
        };
        let guard = Guard { key: term.key(), version: guard };
        Ok(Tried::Won(Term { number, guard, lead, version }))
    }

    /// Renews the lease; returns once the lead is lost to another. A store that is away is waited
    /// for: nobody else can be elected meanwhile.
    pub async fn hold(&self, term: &mut Term) {
        let mut in_trouble = false;
        let mut wait = self.lease / BEATS;
        loop {
            sleep(wait).await;
            match self.beat(term).await {
                Ok(true) => {
                    wait = self.lease / BEATS;
                    in_trouble = false;
                }
                Ok(false) => return,
                Err(error) => {
                    if !in_trouble {
                        tracing::warn!(code = %error.code(), %error, "lead not renewed; trying again");
                    }
                    in_trouble = true;
                    wait = (self.lease / 10).min(LOOK);
                }
            }
        }
    }

    /// Whether the lead is still ours.
    async fn beat(&self, term: &mut Term) -> Result<bool, Error> {
        let until = self.store.now().await?.after(self.lease);
        self.write_lead(term, until).await
    }

    /// Lets another coordinator lead at once.
    pub async fn give_back(&self, mut term: Term) {
        if let Err(error) = self.write_lead(&mut term, Timestamp(0)).await {
            tracing::warn!(code = %error.code(), %error, "lead not given back; it runs out");
        }
    }

    async fn write_lead(&self, term: &mut Term, until: Timestamp) -> Result<bool, Error> {
        let lead = LeadRecord { until, ..term.lead.clone() };
        match written(save(&*self.store, &lead, Expect::Version(term.version)).await)? {
            Some(version) => {
                term.version = version;
                Ok(true)
            }
            // A lost reply, perhaps: then the record is the one we wrote, or the one we had.
            None => {
                let found = load::<LeadRecord>(&*self.store, LeadRecord::KEY).await?;
                let ours = found.filter(|(found, _)| {
                    found.leader == term.lead.leader && found.since == term.lead.since
                });
                if let Some((_, version)) = &ours {
                    term.version = *version;
                }
                Ok(ours.is_some())
            }
        }
    }
}

/// The version written; `None` if the record was changed by another.
fn written(result: Result<Version, Error>) -> Result<Option<Version>, Error> {
    match result {
        Ok(version) => Ok(Some(version)),
        Err(Error::Changed { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
