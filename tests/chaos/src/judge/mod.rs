//! The verdict: both sides held against each other and against what users did.

mod dump;
mod excused;

use std::collections::BTreeSet;

use anyhow::Context as _;
use longhaul_e2e::Simulator;

use crate::shared::Shared;
use crate::users::{ARRIVED, Copy, MADE, Mails, State};

use self::dump::{Item, Side, read, without};
use self::excused::Excused;

/// Findings of a mailbox that are printed one by one.
const SHOWN: usize = 12;

/// The source mailboxes at the beginning.
#[derive(Debug)]
pub(crate) struct Before(Vec<Side>);

impl Before {
    /// Looks at them.
    ///
    /// # Errors
    ///
    /// If the simulator does not answer.
    pub(crate) fn look(simulator: &Simulator) -> anyhow::Result<Self> {
        let mailboxes = simulator.source().mailboxes.iter();
        Ok(Self(mailboxes.map(|address| read(simulator, address)).collect::<Result<_, _>>()?))
    }

    pub(crate) fn items(&self) -> usize {
        self.0.iter().flat_map(Side::values).sum()
    }
}

/// Everything that is not as it has to be; empty if all is well.
///
/// # Errors
///
/// If the simulator or the coordinators do not answer.
pub(crate) fn judge(
    shared: &Shared,
    before: &Before,
    mails: &Mails,
    went_back: bool,
) -> anyhow::Result<Vec<String>> {
    let simulator = &shared.simulator;
    let mut excused = Excused::read(shared)?;
    let mut findings = writes_to_sources(simulator)?;
    let mut items = 0;
    let destinations = &simulator.destination().mailboxes;
    for (at, (source, destination)) in
        simulator.source().mailboxes.iter().zip(destinations).enumerate()
    {
        let (s, d) = (read(simulator, source)?, read(simulator, destination)?);
        items += s.values().sum::<usize>();
        let case = Case { at, mails, source: &s, destination: &d };
        let mut found = case.source_is_untouched(&before.0[at]);
        let differences = case.differences().into_iter().filter(|(item, _)| match item {
            Some(item) => !excused.is(simulator, source, item),
            None => true,
        });
        found.extend(differences.map(|(_, text)| text));
        found.extend(case.made(went_back));
        found.extend(case.arrived());
        let more = found.len().saturating_sub(SHOWN);
        findings.extend(found.into_iter().take(SHOWN).map(|text| format!("{source}: {text}")));
        if more > 0 {
            findings.push(format!("{source}: {more} more"));
        }
    }
    shared.say(format_args!("{items} items compared; {excused}"));
    Ok(findings)
}

/// CP-6, by the service's own count: nothing but reading at the sources.
fn writes_to_sources(simulator: &Simulator) -> anyhow::Result<Vec<String>> {
    let counters = simulator.look("counters")?;
    let calls = counters["calls"].as_array().context("calls")?;
    let writes = calls.iter().filter(|call| {
        let operation = call["operation"].as_str().unwrap_or_default();
        let mailbox = call["mailbox"].as_str().unwrap_or_default();
        let reads = ["Get", "Find", "Sync", "Export", "Convert"];
        simulator.source().mailboxes.iter().any(|source| source == mailbox)
            && !reads.iter().any(|read| operation.starts_with(read))
    });
    Ok(writes.map(|call| format!("the source was written to: {call}")).collect())
}

/// A mailbox pair.
struct Case<'a> {
    at: usize,
    mails: &'a Mails,
    source: &'a Side,
    destination: &'a Side,
}

impl Case<'_> {
    /// What users did not touch is in the source as it was.
    fn source_is_untouched(&self, before: &Side) -> Vec<String> {
        let untouched = |side: &Side| -> Side {
            let items = side.iter().filter(|(item, _)| {
                !item.subject.starts_with(MADE)
                    && !self.mails.strangers.contains(&(self.at, item.subject.clone()))
            });
            items.map(|(item, count)| (item.clone(), *count)).collect()
        };
        let (before, now) = (untouched(before), untouched(self.source));
        let gone = without(&before, &now).into_iter().map(|it| ("gone from", it));
        let new = without(&now, &before).into_iter().map(|it| ("new in", it));
        let told = gone.chain(new).map(|(what, (item, count))| {
            format!("{what} the source, {count} times: {:?} in {}", item.subject, item.path)
        });
        told.collect()
    }

    /// The subjects whose copies destination users touched, or that are theirs.
    fn own(&self) -> BTreeSet<&str> {
        let here = self.mails.made.iter().filter(|(_, mail)| mail.mailbox == self.at);
        let touched = here.filter(|(_, mail)| mail.copy != Copy::Follows);
        touched.map(|(subject, _)| subject.as_str()).collect()
    }

    /// All else is equal, property by property, twins counted; each difference with the source item
    /// that it is about.
    fn differences(&self) -> Vec<(Option<Item>, String)> {
        let own = self.own();
        let shared = |side: &Side| -> Side {
            let items = side.iter().filter(|(item, _)| {
                !item.subject.starts_with(ARRIVED) && !own.contains(item.subject.as_str())
            });
            items.map(|(item, count)| (item.clone(), *count)).collect()
        };
        let (source, destination) = (shared(self.source), shared(self.destination));
        let mut extra = without(&destination, &source);
        let mut findings = Vec::new();
        for (item, count) in without(&source, &destination) {
            // The same one, but different: as it was, or put elsewhere.
            let other = extra.keys().find(|other| other.subject == item.subject).cloned();
            if let Some(left) = other.as_ref().and_then(|other| extra.get_mut(other)) {
                *left = left.saturating_sub(count);
            }
            extra.retain(|_, left| *left > 0);
            let text = match other {
                Some(other) if item.path == other.path => {
                    let difference = item.difference(&other).unwrap_or_default();
                    format!("differs: {:?} in {}: {difference}", item.subject, item.path)
                }
                Some(other) => {
                    format!("{:?} of {}: it is in {}", item.subject, item.path, other.path)
                }
                None => format!("missing, {count} times: {:?} in {}", item.subject, item.path),
            };
            findings.push((Some(item), text));
        }
        findings.extend(extra.into_iter().map(|(item, count)| {
            let what = if source.contains_key(&item) { "doubled" } else { "not in the source" };
            let Item { path, subject, .. } = item;
            (None, format!("{what}, {count} times: {subject:?} in {path}"))
        }));
        findings
    }

    /// What users made in the source is there as they left it, and the copies others touched are as
    /// those left them.
    fn made(&self, went_back: bool) -> Vec<String> {
        let mut findings = Vec::new();
        for (subject, mail) in self.mails.made.iter().filter(|(_, mail)| mail.mailbox == self.at) {
            let expected: Vec<_> = mail.source.iter().map(|(_, state)| state.clone()).collect();
            let found = states(self.source, subject);
            if found != expected {
                findings.push(format!("{subject:?} at the source: {expected:?}: {found:?}"));
            }
            let copies = states(self.destination, subject);
            findings.extend(
                mail.judge(&copies, went_back)
                    .map(|text| format!("the copy of {subject:?}: {text}")),
            );
        }
        findings
    }

    /// What arrived at the destination is there, once, as it came.
    fn arrived(&self) -> Vec<String> {
        let here = self.mails.arrived.iter().filter(|(_, (mailbox, _))| *mailbox == self.at);
        let wrong = here.filter_map(|(subject, (_, state))| {
            let found = states(self.destination, subject);
            (found != [state.clone()]).then(|| format!("{subject:?} arrived: {found:?}"))
        });
        wrong.collect()
    }
}

/// What stands under a subject, each as often as it does.
fn states(side: &Side, subject: &str) -> Vec<State> {
    let items = side.iter().filter(|(item, _)| item.subject == subject);
    items.flat_map(|(item, count)| vec![Item::state(item); *count]).collect()
}

#[cfg(test)]
mod tests;
