//! A run from its beginning to its verdict.

use std::time::Instant;

use anyhow::{Context as _, ensure};

use crate::arguments::Arguments;
use crate::judge::{self, Before};
use crate::stage::Stage;
use crate::{blows, build, metrics, passes, plan, users};

/// Runs, and says how it went.
///
/// # Errors
///
/// Everything that was not clean, and where the logs are.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let seed = arguments.seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
    let plan = plan::draw(seed, arguments.time(), arguments.restore, &arguments.only);
    println!("seed {seed}, {} minutes, {} blows", arguments.minutes, plan.len());
    for event in &plan {
        println!("{event}");
    }
    if arguments.dry_run {
        return Ok(());
    }
    if !arguments.no_build {
        println!("building the programs");
        build::programs()?;
    }
    let mut folder = tempfile::Builder::new().prefix("longhaul-chaos-").tempdir()?;
    if let Some(logs) = &arguments.logs {
        std::fs::create_dir_all(logs)?;
        folder = tempfile::Builder::new().prefix(&format!("seed-{seed}-")).tempdir_in(logs)?;
        folder.disable_cleanup(true);
    }
    let clean = play(arguments, seed, &plan, folder.path());
    if clean.is_err() {
        folder.disable_cleanup(true);
    }
    clean.with_context(|| {
        format!("seed {seed} is not clean; the logs are in {}", folder.path().display())
    })
}

fn play(
    arguments: &Arguments,
    seed: u64,
    plan: &[plan::Event],
    folder: &std::path::Path,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut stage = Stage::set(folder, arguments, seed)?;
    let shared = stage.shared.clone();
    let before = Before::look(&shared.simulator)?;
    shared.say(format_args!("{} items are there to copy", before.items()));
    let (struck, mails) = std::thread::scope(|scope| {
        let users = scope.spawn(|| users::work(&shared, seed));
        let passes = scope.spawn(|| passes::keep_going(&shared, seed));
        let struck = blows::strike(&mut stage, plan, arguments.time());
        shared.ending.ring();
        let mails = users.join();
        let passes = passes.join();
        passes.map_err(|_| anyhow::anyhow!("the passes panicked"))?;
        let mails = mails.map_err(|_| anyhow::anyhow!("the users panicked"))??;
        anyhow::Ok((struck, mails))
    })?;
    struck?;
    shared.say(format_args!("everything is well again; users did {}", mails.summary()));
    let rested = passes::come_to_rest(&shared);
    stage.insist_all_run()?;
    let (outcries, violations) = (metrics::outcries(folder)?, stage.violations());
    let mut findings = judge::judge(&shared, &before, &mails, arguments.restore)?;
    findings.extend(outcries);
    if violations > 0.0 {
        findings.push(format!("{violations} broken invariants were counted"));
    }
    if let Err(error) = rested {
        findings.push(format!("{error:#}"));
    }
    for finding in &findings {
        println!("NOT CLEAN: {finding}");
    }
    ensure!(findings.is_empty(), "{} findings", findings.len());
    println!("clean after {} s", begun.elapsed().as_secs());
    Ok(())
}
