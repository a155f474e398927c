//! Passes, one after the other: while things fail, and then until there is nothing left to do.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use crate::ending::pause;
use crate::shared::Shared;

/// Between two looks at a pass.
const LOOK: Duration = Duration::from_millis(500);
/// A pass that takes longer, once nothing fails any more, hangs.
const PATIENCE: Duration = Duration::from_secs(600);
/// Passes it may take to come to rest. The first finishes what the trouble left; a second tries
/// what it gave up; then one finds nothing to do.
const PASSES: u32 = 8;
/// Operations that change a mailbox.
const WRITES: [&str; 7] = [
    "UploadItems",
    "UpdateItem",
    "MoveItem",
    "DeleteItem",
    "CreateFolder",
    "UpdateFolder",
    "DeleteFolder",
];

/// Starts passes of all kinds and waits for each, until it is over.
pub(crate) fn keep_going(shared: &Shared, seed: u64) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x9A55);
    while !shared.ending.is_over() {
        let kind = match random.random_range(0..6) {
            0 => ["pre-stage", "--cutoff", "90d"].as_slice(),
            1 => &["retry-errors"],
            _ => &["full"],
        };
        let start = [&["pass", "start", "--kind"], kind].concat();
        // Refused while another runs, and while nobody leads.
        if shared.command(&start).is_some()
            && let Some((number, _)) = status(shared).as_ref().and_then(last)
        {
            shared.say(format_args!("pass {number}, {}, has begun", kind[0]));
            shared.begin_pass(number);
        }
        while !shared.ending.wait(LOOK) {
            let Some(status) = status(shared) else { continue };
            if let Some((number, state)) = last(&status)
                && state == "Ended"
            {
                shared.say(format_args!("pass {number} has ended"));
                if kind == ["full"] {
                    settle(shared, &status, number);
                }
                break;
            }
        }
    }
}

/// What `longhaul status` says, if a coordinator answers.
fn status(shared: &Shared) -> Option<Value> {
    shared.command(&["status", "--output", "json"])?.json().ok()
}

/// Number and state of the last pass, if there is one.
fn last(status: &Value) -> Option<(u64, String)> {
    let last = status["passes"].as_array()?.last()?;
    Some((last["number"].as_u64()?, last["state"].as_str()?.to_owned()))
}

/// Notes the mailboxes in which a full pass has left nothing undone.
fn settle(shared: &Shared, status: &Value, number: u64) {
    for mailbox in status["mailboxes"].as_array().into_iter().flatten() {
        let is_clean = mailbox["state"] == "Completed"
            && mailbox["pass"] == number
            && mailbox["items"]["failed"] == 0;
        if let (true, Some(address)) = (is_clean, mailbox["source"].as_str()) {
            shared.settle(address, number);
        }
    }
}

/// Runs full passes until one changes nothing at the destination and nothing is open.
///
/// # Errors
///
/// If a pass hangs, or there is always something left to do.
pub(crate) fn come_to_rest(shared: &Shared) -> anyhow::Result<()> {
    wait_for_end(shared, None)?;
    for _ in 0..PASSES {
        let before = writes(shared)?;
        let begun = Instant::now();
        let number = loop {
            if shared.command(&["pass", "start", "--kind", "full"]).is_some() {
                let status = status(shared).context("a coordinator that answers")?;
                break last(&status).context("a pass that was started")?.0;
            }
            ensure!(begun.elapsed() < PATIENCE, "no pass can be started");
            pause(LOOK);
        };
        let open = wait_for_end(shared, Some(number))?;
        let written = writes(shared)? - before;
        shared.say(format_args!(
            "pass {number} took {} s, wrote {written} times and left {} mailboxes open",
            begun.elapsed().as_secs(),
            open.len(),
        ));
        if written == 0 {
            return Ok(());
        }
    }
    bail!("{PASSES} passes after everything was well again there is still something to do")
}

/// Waits until a pass is over; the mailboxes that did not end well.
fn wait_for_end(shared: &Shared, number: Option<u64>) -> anyhow::Result<Vec<String>> {
    let begun = Instant::now();
    loop {
        let status = status(shared).unwrap_or_default();
        let is_over = match last(&status) {
            Some((last, state)) => number.is_none_or(|number| number == last) && state == "Ended",
            None => number.is_none() && status["passes"].is_array(),
        };
        if is_over {
            let mailboxes = status["mailboxes"].as_array().context("mailboxes")?;
            let open = mailboxes.iter().filter(|mailbox| {
                mailbox["state"] != "Completed" && mailbox["state"] != "PreStaged"
            });
            return Ok(open.map(ToString::to_string).collect());
        }
        ensure!(begun.elapsed() < PATIENCE, "the pass hangs: {status:#}");
        pause(LOOK);
    }
}

/// Requests so far that change anything.
fn writes(shared: &Shared) -> anyhow::Result<u64> {
    WRITES.iter().map(|operation| shared.simulator.counted("calls", operation)).sum()
}
