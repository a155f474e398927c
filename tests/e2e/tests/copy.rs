//! `longhaul up` copies mailboxes between the tenants of a separate simulator, over HTTPS.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use longhaul_e2e::{
    Mailboxes, ProjectFile, Server, Simulator, assert_equal_sides, digest, longhaul, wait_until,
};
use serde_json::{Value, json};

/// Short waits where the defaults are minutes.
const QUICK: &[(&str, &str)] = &[("LONGHAUL_SETTLE", "1s"), ("LONGHAUL_UPLOAD_TIME", "5s")];

/// A server, a simulator and a submitted project that copies associated items too.
fn submitted(folder: &Path, mailboxes: &Mailboxes) -> anyhow::Result<(Simulator, Server)> {
    let simulator = Simulator::start(mailboxes)?;
    let server = Server::start(folder, QUICK)?;
    let mut project = ProjectFile::for_simulator(&simulator, folder)?;
    project.text += "options:\n  associated_items: true\n";
    project.write(folder)?;
    longhaul(folder, &["project", "submit", "project.yaml"])?.success()?;
    Ok((simulator, server))
}

fn status(folder: &Path) -> anyhow::Result<Value> {
    longhaul(folder, &["status", "--output", "json"])?.success()?.json()
}

/// Items that stand in the destination, as the status says.
fn copied(status: &Value) -> anyhow::Result<u64> {
    let mailboxes = status["mailboxes"].as_array().context("mailboxes")?;
    mailboxes.iter().map(|mailbox| mailbox["items"]["copied"].as_u64().context("a number")).sum()
}

#[test]
fn every_item_of_two_mailboxes_stands_in_the_destination() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 2, items: 150, ..Mailboxes::default() };
    let (simulator, _server) = submitted(folder.path(), &mailboxes)?;
    longhaul(folder.path(), &["pass", "start", "--kind", "full", "--wait"])?.success()?;
    assert_equal_sides(&simulator)?;
    longhaul(folder.path(), &["verify", "--deep", "all"])?.success()?;
    Ok(())
}

#[test]
fn a_pre_stage_then_full_passes_copy_everything_once() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (simulator, _server) = submitted(folder.path(), &Mailboxes::default())?;
    let start = ["pass", "start", "--wait", "--kind"];
    let stage = [&start[..], &["pre-stage", "--cutoff", "2021-01-01"]].concat();
    longhaul(folder.path(), &stage)?.success()?;
    let staged = copied(&status(folder.path())?)?;

    longhaul(folder.path(), &[&start[..], &["full"]].concat())?.success()?;
    let all = assert_equal_sides(&simulator)?;
    ensure!(0 < staged && staged < all, "the cut-off cut nothing: {staged} of {all}");

    let uploads = |simulator: &Simulator| -> anyhow::Result<u64> {
        let counters = simulator.look("counters")?;
        let calls = counters["calls"].as_array().context("calls")?.clone();
        let uploads = calls.iter().filter(|call| call["operation"] == "UploadItems");
        Ok(uploads.filter_map(|call| call["calls"].as_u64()).sum())
    };
    let before = uploads(&simulator)?;
    ensure!(before > 0, "no upload was counted");
    longhaul(folder.path(), &[&start[..], &["full"]].concat())?.success()?;
    ensure!(uploads(&simulator)? == before, "the second full pass uploaded something");
    assert_equal_sides(&simulator)?;
    Ok(())
}

#[test]
fn a_server_killed_in_the_middle_goes_on_where_it_stopped() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { items: 1500, seed: 3, ..Mailboxes::default() };
    let (simulator, mut server) = submitted(folder.path(), &mailboxes)?;
    // Slow enough that each kill finds work under way.
    simulator.act("faults", &json!({"action": {"kind": "latency", "milliseconds": 30}}))?;
    longhaul(folder.path(), &["pass", "start", "--kind", "full"])?.success()?;
    let destination = simulator.destination().mailboxes[0].clone();
    let mut seen = 0;
    for _ in 0..3 {
        seen = wait_until("something is copied", Duration::from_secs(60), || {
            let held =
                digest(&simulator, &destination)?.values().map(|content| content.items).sum();
            Ok((held > seen).then_some(held))
        })?;
        server.kill()?;
        server = Server::start(folder.path(), QUICK)?;
    }
    simulator.clear_faults()?;
    wait_until("the pass is over", Duration::from_secs(180), || {
        let status = status(folder.path())?;
        Ok((status["passes"][0]["state"] == "Ended").then_some(()))
    })?;
    assert_equal_sides(&simulator)?;
    longhaul(folder.path(), &["verify", "--deep", "all"])?.success()?;
    Ok(())
}

#[test]
fn sigterm_stops_in_order_and_the_next_start_finishes() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { items: 1000, seed: 4, ..Mailboxes::default() };
    let (simulator, server) = submitted(folder.path(), &mailboxes)?;
    simulator.act("faults", &json!({"action": {"kind": "latency", "milliseconds": 30}}))?;
    longhaul(folder.path(), &["pass", "start", "--kind", "full"])?.success()?;
    let destination = simulator.destination().mailboxes[0].clone();
    wait_until("something is copied", Duration::from_secs(60), || {
        Ok((!digest(&simulator, &destination)?.is_empty()).then_some(()))
    })?;
    let status = server.stop(Duration::from_secs(35))?;
    ensure!(status.code() == Some(0), "it ended with {status}");
    simulator.clear_faults()?;
    let server = Server::start(folder.path(), QUICK)?;
    wait_until("the pass is over", Duration::from_secs(120), || {
        let status = self::status(folder.path())?;
        Ok((status["passes"][0]["state"] == "Ended").then_some(()))
    })?;
    assert_equal_sides(&simulator).with_context(|| server.log())?;
    Ok(())
}

#[test]
fn a_broken_item_is_named_and_its_neighbours_are_copied() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (simulator, _server) = submitted(folder.path(), &Mailboxes::default())?;
    simulator.act(
        "faults",
        &json!({
            "operation": "UploadItems",
            "action": {"kind": "item_error", "code": "ErrorMessageSizeExceeded", "position": 0}
        }),
    )?;
    let pass = longhaul(folder.path(), &["pass", "start", "--kind", "full", "--wait"])?;
    ensure!(pass.code == Some(7), "exit code {:?}: {}", pass.code, pass.stderr);
    let errors = longhaul(folder.path(), &["errors"])?.success()?;
    ensure!(errors.stdout.contains("LH-0414"), "{}", errors.stdout);
    let verified = longhaul(folder.path(), &["verify"])?;
    ensure!(verified.code == Some(7), "a missing item is not clean: {:?}", verified.code);

    simulator.clear_faults()?;
    longhaul(folder.path(), &["pass", "start", "--kind", "full", "--wait"])?.success()?;
    assert_equal_sides(&simulator)?;
    longhaul(folder.path(), &["verify", "--deep", "sample"])?.success()?;
    Ok(())
}
