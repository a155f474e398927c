//! Several coordinators and workers on a RabbitMQ and a Redis.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use longhaul_e2e::{
    Coordinator, Fleet, Mailboxes, Process, ProjectFile, Server, Simulator, assert_equal_sides,
    digest, longhaul, wait_until,
};
use serde_json::{Value, json};

/// Short waits where the defaults are minutes.
const QUICK: &[(&str, &str)] = &[
    ("LONGHAUL_SETTLE", "1s"),
    ("LONGHAUL_UPLOAD_TIME", "5s"),
    ("LONGHAUL_FOLDER_LEASE", "10s"),
    ("LONGHAUL_LEASE", "5s"),
    ("LONGHAUL_GRACE", "20s"),
];
/// Long enough for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);
/// That lease, and what a look at it may take on a busy machine.
const TAKEOVER: Duration = Duration::from_secs(5 + 2);

/// The time of this machine, which is that of the store too, in milliseconds since 1970.
fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "compared with an instant of the store")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// Two coordinators, the first of them leading, two workers, and a project on a simulator.
struct Scene {
    simulator: Simulator,
    fleet: Fleet,
    leader: Coordinator,
    follower: Coordinator,
    workers: Vec<Process>,
}

impl Scene {
    fn set(folder: &Path, mailboxes: &Mailboxes) -> anyhow::Result<Self> {
        let simulator = Simulator::start(mailboxes)?;
        let fleet = Fleet::start(folder)?;
        let leader = fleet.coordinator(QUICK)?;
        fleet.wait_for_lead(&leader, PATIENCE)?;
        let follower = fleet.coordinator(QUICK)?;
        let workers = vec![fleet.worker(QUICK)?, fleet.worker(QUICK)?];
        let mut project = ProjectFile::for_simulator(&simulator, folder)?;
        project.text += "options:\n  associated_items: true\n";
        project.write(folder)?;
        // The follower passes it on.
        fleet.longhaul(&follower, &["project", "submit", "project.yaml"])?.success()?;
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
    let seen = fleet.members(follower)?;
    ensure!(seen["leader"] == *leader.url, "{seen}");
    ensure!(seen["coordinators"].as_array().context("a list")?.len() == 2, "{seen}");
    ensure!(seen["workers"].as_array().context("a list")?.len() == 2, "{seen}");
    ensure!(seen["slots"] == 8 && seen["queue"]["state"] == "up", "{seen}");

    fleet.longhaul(follower, &["pass", "start", "--kind", "full"])?.success()?;
    fleet.wait_for_pass(follower, PATIENCE)?;
    assert_equal_sides(simulator)?;
    // A verification runs in the leader's memory; a follower passes the questions on.
    fleet.longhaul(follower, &["verify", "--deep", "all"])?.success()?;
    let status = fleet.longhaul(follower, &["status"])?.success()?;
    ensure!(status.stdout.contains("2 workers, 8 folders at a time"), "{}", status.stdout);
    Ok(())
}

#[test]
fn a_leader_that_is_killed_is_followed_within_the_lease_and_the_pass_goes_on() -> anyhow::Result<()>
{
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 2, items: 800, seed: 5, ..Mailboxes::default() };
    let scene = Scene::set(folder.path(), &mailboxes)?;
    scene.slow_down()?;
    scene.fleet.longhaul(&scene.leader, &["pass", "start", "--kind", "full"])?.success()?;
    scene.wait_for_items()?;
    let Scene { simulator, fleet, leader, follower, .. } = scene;
    let killed = now();
    leader.process.kill()?;
    // A change waits for the takeover by itself.
    fleet.longhaul(&follower, &["pass", "pause"])?.success()?;
    let seen = fleet.members(&follower)?;
    ensure!(seen["leader"] == *follower.url, "{seen}");
    let taken_over = seen["leads_since"].as_i64().context("an instant")? - killed;
    println!("taken over {taken_over} ms after the kill");
    ensure!(taken_over < i64::try_from(TAKEOVER.as_millis())?, "{taken_over} ms");
    fleet.longhaul(&follower, &["pass", "resume"])?.success()?;
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
    let leader = fleet.coordinator(&long)?;
    fleet.wait_for_lead(&leader, PATIENCE)?;
    let follower = fleet.coordinator(&long)?;
    let ended = leader.process.stop(Duration::from_secs(30))?;
    ensure!(ended.code() == Some(0), "it ended with {ended}: {}", follower.process.log());
    // Far less than the lease.
    fleet.wait_for_lead(&follower, Duration::from_secs(30))
}

#[test]
fn a_leader_that_stood_still_follows_and_passes_on_what_it_is_asked() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 2, items: 600, seed: 6, ..Mailboxes::default() };
    let scene = Scene::set(folder.path(), &mailboxes)?;
    scene.slow_down()?;
    scene.fleet.longhaul(&scene.leader, &["pass", "start", "--kind", "full"])?.success()?;
    scene.wait_for_items()?;
    let Scene { simulator, fleet, leader, follower, .. } = &scene;
    leader.process.suspend()?;
    fleet.wait_for_lead(follower, PATIENCE)?;
    fleet.longhaul(follower, &["pass", "pause"])?.success()?;
    leader.process.resume()?;
    wait_until("it learns that another leads", PATIENCE, || {
        Ok(leader.process.log().contains("another coordinator leads by now").then_some(()))
    })?;
    // The pause is not undone, and the old leader passes on what it is asked.
    let status = fleet.status(leader)?;
    ensure!(status["passes"][0]["state"] == "Paused", "{status}");
    fleet.longhaul(leader, &["pass", "resume"])?.success()?;
    simulator.clear_faults()?;
    fleet.wait_for_pass(leader, PATIENCE)?;
    assert_equal_sides(simulator)?;
    Ok(())
}

/// Uploads the simulator has seen.
fn uploads(simulator: &Simulator) -> anyhow::Result<u64> {
    simulator.counted("calls", "UploadItems")
}

#[test]
fn a_paused_pass_uploads_nothing_more_after_a_moment_and_goes_on_when_resumed() -> anyhow::Result<()>
{
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 2, items: 800, seed: 8, ..Mailboxes::default() };
    let scene = Scene::set(folder.path(), &mailboxes)?;
    scene.slow_down()?;
    scene.fleet.longhaul(&scene.leader, &["pass", "start", "--kind", "full"])?.success()?;
    scene.wait_for_items()?;
    scene.fleet.longhaul(&scene.follower, &["pass", "pause"])?.success()?;
    // Workers look each second, and what is being uploaded is uploaded.
    let (mut last, mut since) = (uploads(&scene.simulator)?, Instant::now());
    wait_until("uploads end", Duration::from_secs(20), || {
        let now = uploads(&scene.simulator)?;
        if now != last {
            (last, since) = (now, Instant::now());
        }
        Ok((since.elapsed() > Duration::from_secs(3)).then_some(()))
    })?;
    let status = scene.fleet.status(&scene.leader)?;
    ensure!(status["passes"][0]["state"] == "Paused", "{status}");
    scene.simulator.clear_faults()?;
    scene.fleet.longhaul(&scene.leader, &["pass", "resume"])?.success()?;
    scene.fleet.wait_for_pass(&scene.leader, PATIENCE)?;
    ensure!(uploads(&scene.simulator)? > last, "nothing was left to copy: the pause came too late");
    assert_equal_sides(&scene.simulator)?;
    Ok(())
}

#[test]
fn workers_may_stop_and_join_while_a_pass_runs() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 3, items: 500, seed: 7, ..Mailboxes::default() };
    let mut scene = Scene::set(folder.path(), &mailboxes)?;
    scene.slow_down()?;
    scene.fleet.longhaul(&scene.leader, &["pass", "start", "--kind", "full"])?.success()?;
    scene.wait_for_items()?;
    let stopped = scene.workers.remove(0);
    let ended = stopped.stop(Duration::from_secs(25))?;
    ensure!(ended.code() == Some(0), "it ended with {ended}: {}", scene.fleet.logs());
    let added = scene.fleet.worker(QUICK)?;
    scene.simulator.clear_faults()?;
    scene.fleet.wait_for_pass(&scene.leader, PATIENCE)?;
    drop(added);
    assert_equal_sides(&scene.simulator)?;
    Ok(())
}

#[test]
fn up_on_a_broker_and_a_store_of_a_fleet_goes_on_after_a_kill() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 2, items: 300, seed: 9, ..Mailboxes::default() };
    let simulator = Simulator::start(&mailboxes)?;
    let fleet = Fleet::start(folder.path())?;
    let settings = [&fleet.settings(), QUICK].concat();
    let server = Server::start(folder.path(), &settings)?;
    let mut project = ProjectFile::for_simulator(&simulator, folder.path())?;
    project.text += "options:\n  associated_items: true\n";
    project.write(folder.path())?;
    let run = |arguments: &[&str]| longhaul(folder.path(), arguments)?.success();
    run(&["project", "submit", "project.yaml"])?;
    run(&["pass", "start", "--kind", "full"])?;
    wait_until("something is copied", PATIENCE, || {
        Ok((simulator.counted("items", "UploadItems")? > 0).then_some(()))
    })?;
    server.kill()?;
    let _server = Server::start(folder.path(), &settings)?;
    wait_until("the pass is over", PATIENCE, || {
        let status: Value = run(&["status", "--output", "json"])?.json()?;
        Ok((status["passes"][0]["state"] == "Ended").then_some(()))
    })?;
    assert_equal_sides(&simulator)?;
    Ok(())
}

#[test]
fn a_worker_that_starts_before_queue_and_store_waits_for_them() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let fleet = Fleet::of_its_own(folder.path())?;
    fleet.redis()?.kill();
    fleet.rabbit()?.kill();
    std::thread::scope(|scope| {
        let starting = scope.spawn(|| fleet.worker(&[("LONGHAUL_WAIT", "2m")]));
        wait_until("it waits for the store", PATIENCE, || {
            Ok(fleet.logs().contains("waiting up to 120s for the store: ").then_some(()))
        })?;
        fleet.redis()?.restart()?;
        wait_until("it waits for the queue", PATIENCE, || {
            Ok(fleet.logs().contains("waiting up to 120s for the queue: ").then_some(()))
        })?;
        fleet.rabbit()?.restart()?;
        let worker = starting.join().map_err(|_| anyhow::anyhow!("it panicked"))??;
        let ended = worker.stop(Duration::from_secs(35))?;
        ensure!(ended.code() == Some(0), "it ended with {ended}: {}", fleet.logs());
        Ok(())
    })
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
        ("LONGHAUL_WAIT", "1s"),
    ])?;
    ensure!(said.contains("waiting up to 1s for the store: "), "{said}");
    ensure!(code == Some(6), "{code:?}: {said}");
    ensure!(said.contains("error[LH-06") && said.contains("\nnext: "), "{said}");
    ensure!(!said.contains("hunter2"), "{said}");
    Ok(())
}
