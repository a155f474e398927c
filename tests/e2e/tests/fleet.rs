//! Several coordinators and workers on a private RabbitMQ and Redis.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use longhaul_e2e::{
    Fleet, Mailboxes, ProjectFile, Replica, Simulator, assert_equal_sides, digest, wait_until,
};
use serde_json::json;

/// Long enough for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);
/// The lease of the harness, and what a look and a busy machine may add.
const TAKEOVER: Duration = Duration::from_secs(5 + 5);

/// Two coordinators, the first of them leading, two workers, and a project on a simulator.
struct Scene {
    simulator: Simulator,
    fleet: Fleet,
    leader: Replica,
    follower: Replica,
    workers: Vec<longhaul_e2e::WorkerProcess>,
}

impl Scene {
    fn set(folder: &Path, mailboxes: &Mailboxes) -> anyhow::Result<Self> {
        let simulator = Simulator::start(mailboxes)?;
        let fleet = Fleet::start(folder)?;
        let leader = fleet.replica(&[])?;
        fleet.wait_for_leader(&leader, PATIENCE)?;
        let follower = fleet.replica(&[])?;
        let workers = vec![fleet.worker(&[])?, fleet.worker(&[])?];
        ProjectFile::for_simulator(&simulator, folder)?.write(folder)?;
        // The follower passes it on.
        fleet.ask(&follower, &["project", "submit", "project.yaml"])?.success()?;
        Ok(Self { simulator, fleet, leader, follower, workers })
    }

    /// Slow enough that what happens finds work under way.
    fn slow_down(&self) -> anyhow::Result<()> {
        let fault = json!({"action": {"kind": "latency", "milliseconds": 30}});
        self.simulator.act("faults", &fault)?;
        Ok(())
    }

    fn wait_for_items(&self) -> anyhow::Result<()> {
        let destination = &self.simulator.destination().mailboxes[0];
        wait_until("something is copied", PATIENCE, || {
            Ok((!digest(&self.simulator, destination)?.is_empty()).then_some(()))
        })
    }
}

#[test]
fn a_fleet_copies_and_every_coordinator_answers() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 3, items: 150, ..Mailboxes::default() };
    let scene = Scene::set(folder.path(), &mailboxes)?;
    let Scene { simulator, fleet, leader, follower, .. } = &scene;
    let seen = fleet.status(follower)?;
    ensure!(seen["leader"] == *leader.url, "{seen}");
    ensure!(seen["coordinators"].as_array().context("a list")?.len() == 2, "{seen}");
    ensure!(seen["workers"].as_array().context("a list")?.len() == 2, "{seen}");
    ensure!(seen["slots"] == 8 && seen["queue"]["state"] == "up", "{seen}");

    fleet.ask(follower, &["pass", "start", "--kind", "full"])?.success()?;
    fleet.wait_for_pass(follower, PATIENCE)?;
    assert_equal_sides(simulator)?;
    // A verification runs in the leader's memory; a follower passes the questions on.
    fleet.ask(follower, &["verify", "--deep", "all"])?.success()?;
    let status = fleet.ask(follower, &["status"])?.success()?;
    ensure!(status.stdout.contains("2 workers, 8 folders at a time"), "{}", status.stdout);
    for admin in [&leader.admin, &scene.workers[0].admin] {
        for path in ["live", "ready", "metrics"] {
            let answer = reqwest::blocking::get(format!("{admin}/{path}"))?;
            ensure!(answer.status().is_success(), "{path}: {}", answer.text()?);
        }
    }
    Ok(())
}

#[test]
fn a_leader_that_is_killed_is_followed_within_the_lease_and_the_pass_goes_on() -> anyhow::Result<()>
{
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 2, items: 800, seed: 5, ..Mailboxes::default() };
    let scene = Scene::set(folder.path(), &mailboxes)?;
    scene.slow_down()?;
    scene.fleet.ask(&scene.leader, &["pass", "start", "--kind", "full"])?.success()?;
    scene.wait_for_items()?;
    let Scene { simulator, fleet, leader, follower, .. } = scene;
    let killed = Instant::now();
    leader.process.kill()?;
    // A change waits for the takeover by itself.
    fleet.ask(&follower, &["pass", "pause"])?.success()?;
    let taken_over = killed.elapsed();
    ensure!(taken_over < TAKEOVER, "taken over after {taken_over:?}");
    ensure!(fleet.leader(&follower)?.as_deref() == Some(&*follower.url));
    fleet.ask(&follower, &["pass", "resume"])?.success()?;
    simulator.clear_faults()?;
    fleet.wait_for_pass(&follower, PATIENCE)?;
    assert_equal_sides(&simulator)?;
    Ok(())
}

#[test]
fn a_leader_that_stops_in_order_hands_over_at_once() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let fleet = Fleet::start(folder.path())?;
    // A lease far longer than the test waits for.
    let long = [("LONGHAUL_LEASE", "10m")];
    let leader = fleet.replica(&long)?;
    fleet.wait_for_leader(&leader, PATIENCE)?;
    let follower = fleet.replica(&long)?;
    let ended = leader.process.stop(Duration::from_secs(30))?;
    ensure!(ended.code() == Some(0), "it ended with {ended}: {}", follower.process.log());
    fleet.wait_for_leader(&follower, Duration::from_secs(5))
}

#[test]
fn a_leader_that_stood_still_writes_nothing_and_follows() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 2, items: 600, seed: 6, ..Mailboxes::default() };
    let scene = Scene::set(folder.path(), &mailboxes)?;
    scene.slow_down()?;
    scene.fleet.ask(&scene.leader, &["pass", "start", "--kind", "full"])?.success()?;
    scene.wait_for_items()?;
    let Scene { simulator, fleet, leader, follower, .. } = &scene;
    leader.process.suspend()?;
    fleet.wait_for_leader(follower, TAKEOVER)?;
    fleet.ask(follower, &["pass", "pause"])?.success()?;
    leader.process.resume()?;
    wait_until("it learns that another leads", PATIENCE, || {
        Ok(leader.process.log().contains("another coordinator leads by now").then_some(()))
    })?;
    // The pause is not undone, and the old leader passes on what it is asked.
    let status = fleet.project(leader)?;
    ensure!(status["passes"][0]["state"] == "Paused", "{status}");
    fleet.ask(leader, &["pass", "resume"])?.success()?;
    simulator.clear_faults()?;
    fleet.wait_for_pass(leader, PATIENCE)?;
    assert_equal_sides(simulator)?;
    Ok(())
}

#[test]
fn workers_may_be_stopped_killed_and_added_while_a_pass_runs() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 3, items: 500, seed: 7, ..Mailboxes::default() };
    let mut scene = Scene::set(folder.path(), &mailboxes)?;
    scene.slow_down()?;
    scene.fleet.ask(&scene.leader, &["pass", "start", "--kind", "full"])?.success()?;
    scene.wait_for_items()?;
    let stopped = scene.workers.remove(0);
    let log = stopped.process.log();
    let ended = stopped.process.stop(Duration::from_secs(25))?;
    ensure!(ended.code() == Some(0), "it ended with {ended}: {log}");
    let added = scene.fleet.worker(&[])?;
    scene.simulator.clear_faults()?;
    scene.fleet.wait_for_pass(&scene.leader, PATIENCE)?;
    drop(added);
    assert_equal_sides(&scene.simulator)?;
    Ok(())
}

#[test]
fn a_worker_says_what_keeps_it_from_working_without_a_password() -> anyhow::Result<()> {
    let worker = longhaul_e2e::program("longhaul-worker")?;
    let run = |settings: &[(&str, &str)]| -> anyhow::Result<(Option<i32>, String)> {
        let ended = std::process::Command::new(&worker).envs(settings.iter().copied()).output()?;
        Ok((ended.status.code(), String::from_utf8(ended.stderr)?))
    };
    let (code, said) = run(&[])?;
    ensure!(code == Some(3) && said.contains("queue.url: LH-0103"), "{code:?}: {said}");
    let (code, said) = run(&[
        ("LONGHAUL_QUEUE__URL", "amqp://u:hunter2@127.0.0.1:1"),
        ("LONGHAUL_STORE__URL", "redis://:hunter2@127.0.0.1:1"),
    ])?;
    ensure!(code.is_some_and(|code| code != 0 && code != 1), "{code:?}: {said}");
    ensure!(said.contains("error[LH-06") && said.contains("\nnext: "), "{said}");
    ensure!(!said.contains("hunter2"), "{said}");
    Ok(())
}
