//! Processor time per GiB copied, against a pump's.

use super::fleet::{Fleet, Scheme, Setup};
use super::{informs, judged};
use crate::figure::Figure;
use crate::floor::{Sink, Work};

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;
const ITEM: u64 = 75_000;
/// The most we may cost, in pumps.
const GOAL: f64 = 2.5;
/// How much faster the pump has to be for the comparison to say something.
const FASTER: f64 = 2.0;
/// The pump's least volume a round: so little takes it half a second.
const LEAST: u64 = 1 << 30;
/// Copy and pump take turns, so that what else the machine does meets both.
const ROUNDS: u32 = 3;

/// What moving so much content took.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    content: f64,
    cpu: f64,
    took: f64,
}

impl Cost {
    fn add(&mut self, more: Self) {
        self.content += more.content;
        self.cpu += more.cpu;
        self.took += more.took;
    }

    /// Seconds of processor time a GiB.
    fn each(&self) -> f64 {
        self.cpu / self.content
    }

    /// GiB a second.
    fn rate(&self) -> f64 {
        self.content / self.took
    }
}

pub(super) fn run(scheme: Scheme, quick: bool) -> anyhow::Result<Vec<Figure>> {
    let (mut ours, mut pumps, mut connections) = (Cost::default(), Cost::default(), 0);
    for _ in 0..if quick { 1 } else { ROUNDS } {
        let (copied, pumped, open) = round(scheme, quick)?;
        ours.add(copied);
        pumps.add(pumped);
        connections = connections.max(open);
    }
    let times = ours.each() / pumps.each();
    let name = |what: &str| format!("{what}, {}", scheme.name());
    Ok(vec![
        informs(name("cpu per GiB"), ours.each(), "s"),
        informs(name("cpu per GiB of the pump"), pumps.each(), "s"),
        informs(name("rate"), ours.rate() * 1024.0, "MiB/s"),
        informs(name("rate of the pump"), pumps.rate() * 1024.0, "MiB/s"),
        informs(name("connections"), connections as f64, "connections"),
        judged(
            name("cpu per GiB, in pumps"),
            times,
            "times",
            format!("<= {GOAL}, 75 KB items"),
            times <= GOAL,
            pumps.rate() >= FASTER * ours.rate(),
        ),
    ])
}

/// What a copy took, what a pump took for the same bytes, and over how many connections.
fn round(scheme: Scheme, quick: bool) -> anyhow::Result<(Cost, Cost, usize)> {
    let fleet = Fleet::start(&Setup {
        scheme,
        mailboxes: 2,
        copied: 2,
        items: if quick { 40 } else { 10_000 },
        profile: format!("bulk:{ITEM}:4"),
        ..Setup::default()
    })?;
    let copied = fleet.copy()?;
    drop(fleet);

    let pairs = copied.exports.calls.max(1);
    let moved = copied.exports.bytes() + copied.uploads.bytes();
    let times = if quick { 1 } else { LEAST.div_ceil(moved) };
    let connections = copied.connections.max(1);
    let work = Work {
        connections,
        pairs: pairs * times,
        export: copied.exports.each(),
        upload: copied.uploads.each(),
    };
    let sink = Sink::start(scheme.tls())?;
    let pumped = work.pump(&sink)?;

    let content = copied.bytes as f64 / GIB;
    let ours =
        Cost { content, cpu: copied.cpu.as_secs_f64(), took: copied.items as f64 / copied.rate() };
    // The pump moved the same content in as many bytes.
    let pumps = Cost {
        content: content * pumped.bytes as f64 / moved as f64,
        cpu: pumped.cpu.as_secs_f64(),
        took: pumped.took.as_secs_f64(),
    };
    Ok((ours, pumps, connections))
}
