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
/// The pump's least volume: so little takes it a second, a hundred ticks of its processor time.
const LEAST: u64 = 2 << 30;

pub(super) fn run(scheme: Scheme, quick: bool) -> anyhow::Result<Vec<Figure>> {
    let fleet = Fleet::start(&Setup {
        scheme,
        mailboxes: 2,
        copied: 2,
        items: if quick { 40 } else { 20_000 },
        profile: format!("bulk:{ITEM}:4"),
        ..Setup::default()
    })?;
    let copied = fleet.copy()?;
    drop(fleet);

    let pairs = copied.exports.calls.max(1);
    let moved = copied.exports.bytes() + copied.uploads.bytes();
    let rounds = if quick { 1 } else { LEAST.div_ceil(moved) };
    let work = Work {
        connections: copied.connections.max(1),
        pairs: pairs * rounds,
        export: copied.exports.each(),
        upload: copied.uploads.each(),
    };
    let sink = Sink::start(scheme.tls())?;
    let pumped = work.pump(&sink)?;

    let content = copied.bytes as f64 / GIB;
    // The pump moved the same content in as many bytes.
    let pump_content = content * pumped.bytes as f64 / moved as f64;
    let ours = copied.cpu.as_secs_f64() / content;
    let pumps = pumped.cpu.as_secs_f64() / pump_content;
    let our_rate = content * copied.rate() / copied.items as f64;
    let pump_rate = pump_content / pumped.took.as_secs_f64();
    let times = ours / pumps;
    let name = |what: &str| format!("{what}, {}", scheme.name());
    Ok(vec![
        informs(name("cpu per GiB"), ours, "s"),
        informs(name("cpu per GiB of the pump"), pumps, "s"),
        informs(name("rate"), our_rate * 1024.0, "MiB/s"),
        informs(name("rate of the pump"), pump_rate * 1024.0, "MiB/s"),
        informs(name("connections"), copied.connections as f64, "connections"),
        judged(
            name("cpu per GiB, in pumps"),
            times,
            "times",
            format!("<= {GOAL}, 75 KB items"),
            times <= GOAL,
            pump_rate >= FASTER * our_rate,
        ),
    ])
}
