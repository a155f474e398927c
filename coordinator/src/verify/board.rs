//! Verifications under way, and those that are over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use longhaul_store::records::{self, Record};
use longhaul_store::{Error, Expect, Store};

use super::{Progress, Report, Verification, VerificationId, VerificationState};
use crate::engine::Refusal;

/// Where verifications stand: in memory while they run, in the store when they are over.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<HashMap<VerificationId, Verification>>);

/// Moves the progress of one verification on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter<'a> {
    board: &'a Board,
    id: VerificationId,
}

impl Meter<'_> {
    pub(super) fn count(self, change: impl FnOnce(&mut Progress)) {
        if let Some(verification) = self.board.live().get_mut(&self.id) {
            change(&mut verification.progress);
        }
    }
}

impl Record for Verification {
    fn key(&self) -> String {
        key_of(self.id)
    }
}

fn key_of(id: VerificationId) -> String {
    format!("verification/{id}")
}

impl Board {
    /// Notes that a verification begins.
    pub(super) async fn begin(
        &self,
        store: &dyn Store,
        verification: Verification,
    ) -> Result<(), Error> {
        records::save(store, &verification, Expect::Absent).await?;
        self.live().insert(verification.id, verification);
        Ok(())
    }

    /// What moves its progress on.
    pub(super) const fn meter(&self, id: VerificationId) -> Meter<'_> {
        Meter { board: self, id }
    }

    /// Notes what it found. Until the store has it, it stays in memory.
    pub(super) async fn finish(&self, store: &dyn Store, id: VerificationId, report: Report) {
        let ended = store.now().await.ok();
        let verification = {
            let mut live = self.live();
            let Some(verification) = live.get_mut(&id) else {
                return;
            };
            verification.state = VerificationState::Done;
            verification.ended = ended;
            verification.report = Some(report);
            verification.clone()
        };
        match records::save(store, &verification, Expect::Any).await {
            Ok(_) => {
                self.live().remove(&id);
            }
            Err(error) => {
                tracing::warn!(code = %error.code(), %error, "verification report not stored");
            }
        }
    }

    /// A verification by its id.
    pub(crate) async fn get(
        &self,
        store: &dyn Store,
        id: VerificationId,
    ) -> Result<Verification, Refusal> {
        if let Some(verification) = self.live().get(&id) {
            return Ok(verification.clone());
        }
        let stored = records::load::<Verification>(store, &key_of(id)).await?;
        let Some((mut verification, _)) = stored else {
            return Err(Refusal::not_found(format!("there is no verification {id}")));
        };
        // It was running in a process that is no more.
        if verification.state == VerificationState::Running {
            verification.state = VerificationState::Interrupted;
        }
        Ok(verification)
    }

    fn live(&self) -> std::sync::MutexGuard<'_, HashMap<VerificationId, Verification>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
