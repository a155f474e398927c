//! Throttling of one application at one mailbox: concurrency always, a byte budget on request.
//!
//! The service keeps, for impersonating applications, a copy of the target mailbox's budget per
//! calling application ([ED ews-throttling-in-exchange.md]).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A budget of server time, filled again at a steady rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    /// Most milliseconds that can be saved up.
    pub(crate) burst_milliseconds: u64,
    /// Milliseconds that come back per minute.
    pub(crate) recharge_per_minute: u64,
    /// What one request costs besides its bytes.
    pub(crate) request_milliseconds: u64,
    /// Bytes that cost one millisecond.
    pub(crate) bytes_per_millisecond: u64,
}

/// The state of one (application, mailbox) pair.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    running: u32,
    /// Milliseconds left, and when that was.
    balance: Option<(i64, Timestamp)>,
}

/// A request was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    /// Requests now running, this one included.
    pub(crate) running: u32,
}

/// A request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Too many at once.
    Concurrency(u32),
    /// Over budget: milliseconds to wait.
    Busy(u64),
}

impl Gate {
    /// Lets a request in or refuses it.
    pub(crate) fn enter(
        &mut self,
        most: u32,
        budget: Option<Budget>,
        now: Timestamp,
    ) -> Result<Pass, Refused> {
        if self.running >= most {
            return Err(Refused::Concurrency(most));
        }
        if let Some(budget) = budget {
            let balance = self.recharge(budget, now);
            if balance < 0 {
                let missing = balance.unsigned_abs();
                let rate = budget.recharge_per_minute.max(1);
                return Err(Refused::Busy((missing * 60_000).div_ceil(rate)));
            }
        }
        self.running += 1;
        Ok(Pass { running: self.running })
    }

    /// The request is over and cost this.
    pub(crate) fn leave(&mut self, budget: Option<Budget>, bytes: u64, now: Timestamp) {
        self.running = self.running.saturating_sub(1);
        if let Some(budget) = budget {
            let balance = self.recharge(budget, now);
            let cost = budget.request_milliseconds + bytes / budget.bytes_per_millisecond.max(1);
            self.balance = Some((balance.saturating_sub_unsigned(cost), now));
        }
    }

    fn recharge(&mut self, budget: Budget, now: Timestamp) -> i64 {
        let most = i64::try_from(budget.burst_milliseconds).unwrap_or(i64::MAX);
        let (balance, since) = self.balance.unwrap_or((most, now));
        let passed = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(0);
        let gained = i64::try_from(passed * budget.recharge_per_minute / 60_000).unwrap_or(0);
        if gained == 0 {
            return balance;
        }
        let balance = balance.saturating_add(gained).min(most);
        self.balance = Some((balance, now));
        balance
    }
}
