//! The rules in force, and their counters.

use std::sync::Mutex;
use std::time::Duration;

use http::StatusCode;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use crate::tenant::lock;

use super::plan::Plan;
use super::rule::{Action, Rule};

/// A rule with what it has done so far.
#[derive(Debug, Serialize)]
pub(crate) struct Standing {
    pub(crate) id: u64,
    /// Calls that matched.
    pub(crate) matched: u64,
    /// Calls at which it fired.
    pub(crate) fired: u64,
    #[serde(flatten)]
    pub(crate) rule: Rule,
    #[serde(skip)]
    random: StdRng,
}

#[derive(Debug, Default)]
struct Rules {
    last: u64,
    standing: Vec<Standing>,
}

/// All rules of a simulator.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Rules>);

/// A fault of the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenFault {
    Status(StatusCode, Option<u64>),
    Latency(Duration),
    Rotation,
}

impl Faults {
    /// Adds a rule and gives its id.
    pub(crate) fn add(&self, rule: Rule) -> u64 {
        let mut rules = lock(&self.0);
        rules.last += 1;
        let id = rules.last;
        let random = StdRng::seed_from_u64(rule.seed);
        rules.standing.push(Standing { id, matched: 0, fired: 0, rule, random });
        id
    }

    /// Takes a rule away, or all.
    pub(crate) fn clear(&self, id: Option<u64>) -> usize {
        let mut rules = lock(&self.0);
        let before = rules.standing.len();
        rules.standing.retain(|standing| id.is_some_and(|id| id != standing.id));
        before - rules.standing.len()
    }

    /// The rules as JSON.
    pub(crate) fn list(&self) -> serde_json::Value {
        serde_json::to_value(&lock(&self.0).standing).unwrap_or_default()
    }

    /// Counts an EWS call and says what happens to it.
    pub(crate) fn plan(&self, operation: &str, mailbox: &str) -> Plan {
        Plan::new(self.fire(Some(mailbox), operation))
    }

    /// Counts a token request and says what happens to it.
    pub(crate) fn token(&self) -> Option<TokenFault> {
        self.fire(None, "Token").into_iter().find_map(|action| match action {
            Action::Status { status, retry_after, .. } => {
                StatusCode::from_u16(status).ok().map(|s| TokenFault::Status(s, retry_after))
            }
            Action::Latency { milliseconds } => {
                Some(TokenFault::Latency(Duration::from_millis(milliseconds)))
            }
            Action::Rotation => Some(TokenFault::Rotation),
            _ => None,
        })
    }

    fn fire(&self, mailbox: Option<&str>, operation: &str) -> Vec<Action> {
        let mut rules = lock(&self.0);
        let standing = rules.standing.iter_mut();
        standing
            .filter(|standing| standing.rule.matches(mailbox, operation))
            .filter_map(|standing| standing.fire().then(|| standing.rule.action.clone()))
            .collect()
    }
}

impl Rule {
    fn matches(&self, mailbox: Option<&str>, operation: &str) -> bool {
        let operation_matches = match &self.operation {
            Some(wanted) => wanted == operation,
            None => mailbox.is_some(),
        };
        let mailbox_matches = match (&self.mailbox, mailbox) {
            (None, _) => true,
            (Some(wanted), Some(mailbox)) => wanted.eq_ignore_ascii_case(mailbox),
            (Some(_), None) => false,
        };
        operation_matches && mailbox_matches
    }
}

impl Standing {
    fn fire(&mut self) -> bool {
        self.matched += 1;
        if self.rule.times.is_some_and(|times| self.fired >= times) {
            return false;
        }
        let due = self.rule.nth.is_none_or(|nth| self.matched == nth)
            && self.rule.every.is_none_or(|every| self.matched.is_multiple_of(every.max(1)))
            && self
                .rule
                .probability
                .is_none_or(|chance| self.random.random_bool(chance.clamp(0.0, 1.0)));
        self.fired += u64::from(due);
        due
    }
}
