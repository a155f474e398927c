//! A fleet whose parts stop, lag behind or are told to wait.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use longhaul_e2e::{
    Coordinator, Fleet, Mailboxes, ProjectFile, Simulator, assert_equal_sides, wait_until,
};
use longhaul_nodes::{Direction, Flow, Proxy};
use serde_json::{Value, json};

/// Short waits where the defaults are minutes.
const QUICK: &[(&str, &str)] = &[
    ("LONGHAUL_SETTLE", "1s"),
    ("LONGHAUL_UPLOAD_TIME", "20s"),
    ("LONGHAUL_FOLDER_LEASE", "30s"),
    ("LONGHAUL_LEASE", "5s"),
    ("LONGHAUL_GRACE", "30s"),
];
/// Long enough for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Submits a project of all mailboxes.
fn submit(
    fleet: &Fleet,
    at: &Coordinator,
    simulator: &Simulator,
    folder: &Path,
) -> anyhow::Result<()> {
    let mut project = ProjectFile::for_simulator(simulator, folder)?;
    project.text += "options:\n  associated_items: true\n";
    project.write(folder)?;
    fleet.longhaul(at, &["project", "submit", "project.yaml"])?.success()?;
    Ok(())
}

fn slow(simulator: &Simulator, operation: Option<&str>, milliseconds: u32) -> anyhow::Result<()> {
    let mut fault = json!({"action": {"kind": "latency", "milliseconds": milliseconds}});
    if let Some(operation) = operation {
        fault["operation"] = json!(operation);
    }
    simulator.act("faults", &fault)?;
    Ok(())
}

/// What the admin port at `address` says; nothing once it is closed.
fn ask(address: &str, path: &str) -> anyhow::Result<Option<(u16, String)>> {
    let http = reqwest::blocking::Client::builder().no_proxy().build()?;
    match http.get(format!("http://{address}{path}")).send() {
        Ok(answer) => Ok(Some((answer.status().as_u16(), answer.text()?))),
        // Open, and silent: that is not closed.
        Err(error) if error.is_timeout() => Err(error.into()),
        // Refused, or cut short by the end.
        Err(_) => Ok(None),
    }
}

/// Processes of the fleet that copy, as a coordinator sees them.
fn workers(fleet: &Fleet, at: &Coordinator) -> anyhow::Result<usize> {
    Ok(fleet.members(at)?["workers"].as_array().context("a list")?.len())
}

#[test]
fn a_worker_that_is_told_to_stop_closes_its_admin_port_last() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(&Mailboxes { items: 300, ..Mailboxes::default() })?;
    let fleet = Fleet::start(folder.path())?;
    let coordinator = fleet.coordinator(QUICK)?;
    let listens = [QUICK, &[("LONGHAUL_ADMIN__LISTEN", "127.0.0.1:0")]].concat();
    let (worker, admin) = fleet.worker_with_admin(&listens)?;
    let admin = admin.context("an admin port")?;
    submit(&fleet, &coordinator, &simulator, folder.path())?;
    slow(&simulator, Some("UploadItems"), 4000)?;
    fleet.longhaul(&coordinator, &["pass", "start", "--kind", "full"])?.success()?;
    wait_until("an upload is under way", PATIENCE, || {
        Ok((simulator.counted("calls", "UploadItems")? > 0).then_some(()))
    })?;
    let told = Instant::now();
    worker.terminate()?;
    let (mut alive, mut stopping, mut there) = (0, 0, 0);
    wait_until("the admin port is closed", PATIENCE, || {
        // Asked before it: what is gone while the port still answers was gone first.
        let before = workers(&fleet, &coordinator)?;
        let Some((live, text)) = ask(&admin, "/live")? else {
            return Ok(Some(()));
        };
        ensure!(live == 200, "stopping is no reason to be killed: {text}");
        let ready = ask(&admin, "/ready")?;
        alive += 1;
        stopping +=
            u32::from(ready.is_some_and(|(ready, text)| ready == 503 && text.contains("stopping")));
        there += u32::from(before == 1);
        Ok(None)
    })?;
    println!(
        "the admin port was closed {:?} after the signal; asked {alive} times",
        told.elapsed()
    );
    ensure!(stopping > 0, "it never said that it stops");
    ensure!(there > 0, "it was gone at once: no slice was under way");
    let (left, status) = (workers(&fleet, &coordinator)?, fleet.status(&coordinator)?);
    ensure!(left == 0, "the admin port was closed before the worker left the fleet");
    let active = &status["mailboxes"][0]["folders"]["active"];
    ensure!(active == 0, "the admin port was closed before the leases were given back: {status}");
    let ended = worker.stop(Duration::from_secs(10))?;
    ensure!(ended.code() == Some(0), "it ended with {ended}: {}", fleet.logs());

    simulator.clear_faults()?;
    let _another = fleet.worker(QUICK)?;
    fleet.wait_for_pass(&coordinator, PATIENCE)?;
    assert_equal_sides(&simulator)?;
    Ok(())
}

/// The write is on its way when another is elected, and arrives after that.
#[test]
fn a_write_of_a_leader_that_was_overtaken_meanwhile_is_refused() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mailboxes = Mailboxes { count: 2, items: 300, seed: 6, ..Mailboxes::default() };
    let simulator = Simulator::start(&mailboxes)?;
    let fleet = Fleet::start(folder.path())?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut url = url::Url::parse(fleet.store_url())?;
    let server = url.socket_addrs(|| Some(6379))?.pop().context("an address")?;
    let proxy = runtime.block_on(Proxy::start(server))?;
    url.set_ip_host(proxy.address().ip()).ok().context("a host")?;
    url.set_port(Some(proxy.address().port())).ok().context("a port")?;
    let through = [QUICK, &[("LONGHAUL_STORE__URL", url.as_str())]].concat();
    let first = fleet.coordinator(&through)?;
    fleet.wait_for_lead(&first, PATIENCE)?;
    let second = fleet.coordinator(QUICK)?;
    let _worker = fleet.worker(QUICK)?;
    submit(&fleet, &first, &simulator, folder.path())?;
    slow(&simulator, None, 30)?;
    fleet.longhaul(&first, &["pass", "start", "--kind", "full"])?.success()?;
    wait_until("something is copied", PATIENCE, || {
        Ok((simulator.counted("items", "UploadItems")? > 0).then_some(()))
    })?;
    proxy.hold_at("Paused");
    std::thread::scope(|scope| -> anyhow::Result<()> {
        // It may fail, or be repeated at the other coordinator by nobody but the operator.
        let pausing = scope.spawn(|| fleet.longhaul(&first, &["pass", "pause"]));
        wait_until("the write is under way", PATIENCE, || Ok(proxy.is_holding().then_some(())))?;
        fleet.wait_for_lead(&second, PATIENCE)?;
        proxy.set(Direction::ToServer, Flow::Open);
        wait_until("it learns that another leads", PATIENCE, || {
            Ok(first.process.log().contains("another coordinator leads by now").then_some(()))
        })?;
        let answer = pausing.join().map_err(|_| anyhow::anyhow!("it panicked"))??;
        println!("the pause was answered with: {}", answer.stderr);
        Ok(())
    })?;
    let status: Value = fleet.status(&first)?;
    ensure!(status["passes"][0]["state"] != "Paused", "the late write was carried out: {status}");
    simulator.clear_faults()?;
    fleet.wait_for_pass(&second, PATIENCE)?;
    assert_equal_sides(&simulator)?;
    Ok(())
}

/// A broker tells only who publishes: the leader, not the coordinator that is asked.
#[test]
fn a_brokers_memory_alarm_is_shown_whichever_coordinator_is_asked() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(&Mailboxes { items: 100, ..Mailboxes::default() })?;
    let fleet = Fleet::of_its_own(folder.path())?;
    let leader = fleet.coordinator(QUICK)?;
    fleet.wait_for_lead(&leader, PATIENCE)?;
    let follower = fleet.coordinator(QUICK)?;
    // Without one there is nothing to publish for.
    let _worker = fleet.worker(QUICK)?;
    submit(&fleet, &leader, &simulator, folder.path())?;
    fleet.rabbit()?.memory_alarm(true)?;
    fleet.longhaul(&leader, &["pass", "start", "--kind", "full"])?.success()?;
    wait_until("the alarm is shown", PATIENCE, || {
        Ok((fleet.members(&follower)?["queue"]["state"] == "blocked").then_some(()))
    })?;
    let status = fleet.longhaul(&follower, &["status"])?.success()?;
    ensure!(status.stdout.contains("\nqueue blocked: "), "{}", status.stdout);
    fleet.rabbit()?.memory_alarm(false)?;
    wait_until("the alarm is over", PATIENCE, || {
        Ok((fleet.members(&follower)?["queue"]["state"] == "up").then_some(()))
    })?;
    fleet.wait_for_pass(&follower, PATIENCE)?;
    assert_equal_sides(&simulator)?;
    Ok(())
}
