//! A mailbox with what surrounds it at the server.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;
use uuid::Uuid;

use crate::mailbox::Mailbox;
use crate::seed::Report;

use super::gate::{Budget, Gate, Pass, Refused};
use super::world::lock;

/// One mailbox and its switches.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) address: String,
    /// What became of the files it was seeded with.
    pub(crate) seeding: Report,
    ews: AtomicBool,
    mailbox: Mutex<Mailbox>,
    gates: Mutex<HashMap<Uuid, Gate>>,
}

/// A running request; leaves the gate when dropped.
#[derive(Debug)]
pub(crate) struct Admission<'a> {
    account: &'a Account,
    application: Uuid,
    budget: Option<Budget>,
    pub(crate) running: u32,
    /// What the request moved, for the budget.
    pub(crate) bytes: u64,
}

impl Account {
    pub(crate) fn new(address: &str, mailbox: Mailbox, seeding: Report) -> Self {
        Self {
            address: address.to_owned(),
            seeding,
            ews: AtomicBool::new(true),
            mailbox: Mutex::new(mailbox),
            gates: Mutex::default(),
        }
    }

    /// The mailbox, for one short step.
    pub(crate) fn mailbox(&self) -> MutexGuard<'_, Mailbox> {
        lock(&self.mailbox)
    }

    /// Whether EWS is allowed for the mailbox.
    pub(crate) fn ews_enabled(&self) -> bool {
        self.ews.load(Ordering::Relaxed)
    }

    /// Allows or forbids EWS.
    pub(crate) fn set_ews_enabled(&self, enabled: bool) {
        self.ews.store(enabled, Ordering::Relaxed);
    }

    /// Lets a request of an application in, or refuses it.
    pub(crate) fn enter(
        &self,
        application: Uuid,
        most: u32,
        budget: Option<Budget>,
    ) -> Result<Admission<'_>, Refused> {
        let mut gates = lock(&self.gates);
        let gate = gates.entry(application).or_default();
        let Pass { running } = gate.enter(most, budget, Timestamp::now())?;
        Ok(Admission { account: self, application, budget, running, bytes: 0 })
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        let mut gates = lock(&self.account.gates);
        if let Some(gate) = gates.get_mut(&self.application) {
            gate.leave(self.budget, self.bytes, Timestamp::now());
        }
    }
}
