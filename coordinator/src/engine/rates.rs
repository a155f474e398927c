//! How fast mailboxes are copied: samples of the last half minute, for display only.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use longhaul_core::{Bytes, MailboxId, Timestamp};

use super::Rate;

/// Samples older than this are dropped.
const SPAN_MILLIS: i64 = 30_000;
/// Two samples are at least so far apart.
const STEP_MILLIS: i64 = 1_000;

/// Samples of the mailboxes that are being copied.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<HashMap<MailboxId, VecDeque<Sample>>>);

/// What stood in the destination at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) at: Timestamp,
    pub(crate) items: u64,
    pub(crate) bytes: Bytes,
}

impl Rates {
    /// Takes a sample, unless the last one is too young.
    pub(crate) fn sample(&self, mailbox: MailboxId, sample: Sample) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let samples = all.entry(mailbox).or_default();
        if samples.back().is_some_and(|last| sample.at.0 - last.at.0 < STEP_MILLIS) {
            return;
        }
        samples.push_back(sample);
        while samples.len() > 2 && sample.at.0 - samples[0].at.0 > SPAN_MILLIS {
            samples.pop_front();
        }
    }

    /// Forgets a mailbox: nothing is copied there any more.
    pub(crate) fn forget(&self, mailbox: MailboxId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&mailbox);
    }

    /// The rate over the samples there are; `None` with fewer than two.
    pub(crate) fn rate(&self, mailbox: MailboxId) -> Option<Rate> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let samples = all.get(&mailbox)?;
        let (first, last) = (samples.front()?, samples.back()?);
        let seconds = last.at.since(first.at).as_secs_f64();
        (seconds > 0.0).then(|| Rate {
            items: last.items.saturating_sub(first.items) as f64 / seconds,
            bytes: last.bytes.0.saturating_sub(first.bytes.0) as f64 / seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: i64, items: u64) -> Sample {
        Sample { at: Timestamp(second * 1000), items, bytes: Bytes(items * 100) }
    }

    #[test]
    fn the_rate_covers_the_last_half_minute_only() {
        let (rates, mailbox) = (Rates::default(), MailboxId::generate());
        assert_eq!(rates.rate(mailbox), None);
        for second in 0..=60 {
            let items = if second < 30 { 0 } else { 10 * (second as u64 - 30) };
            rates.sample(mailbox, sample(second, items));
        }
        let rate = rates.rate(mailbox).expect("two samples");
        assert!((rate.items - 10.0).abs() < 0.01, "{rate:?}");
        assert!((rate.bytes - 1000.0).abs() < 1.0, "{rate:?}");
        rates.forget(mailbox);
        assert_eq!(rates.rate(mailbox), None);
    }
}
