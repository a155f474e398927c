//! What an operator sees of a copy in Prometheus, and that it tells nobody's secrets.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use longhaul_e2e::{
    Fleet, Mailboxes, ProjectFile, Prometheus, Server, Simulator, assert_equal_sides,
    check_metrics, longhaul, wait_until,
};
use serde_json::Value;

const SETTINGS: &[(&str, &str)] = &[("LONGHAUL_ADMIN__LISTEN", "127.0.0.1:0")];

/// Where the admin port is, as the log of the program says.
fn admin(log: impl Fn() -> String) -> anyhow::Result<String> {
    wait_until("the admin port is logged", Duration::from_secs(10), || {
        let log = log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut fields = lines.map(|line| line["fields"].clone());
        let said = fields.find(|fields| fields["message"] == "the admin port listens");
        Ok(said.and_then(|fields| fields["address"].as_str().map(str::to_owned)))
    })
}

/// What the admin port at `address` says, with its status.
fn ask(address: &str, path: &str) -> anyhow::Result<(u16, String)> {
    let answer = reqwest::blocking::get(format!("http://{address}{path}"))?;
    Ok((answer.status().as_u16(), answer.text()?))
}

/// Promtool accepts the metrics, and they tell neither tenants nor addresses nor `secrets`.
fn assert_sound(text: &str, simulator: &Simulator, secrets: &[&str]) -> anyhow::Result<()> {
    check_metrics(text)?;
    let tenants = simulator.tenants.iter().flat_map(|tenant| {
        let own = [&tenant.client_secret, &tenant.client_id, &tenant.tenant_id];
        own.into_iter().chain(&tenant.domains).map(String::as_str)
    });
    for secret in tenants.chain(secrets.iter().copied()).chain(["@", "contoso"]) {
        ensure!(!text.contains(secret), "the metrics tell {secret}");
    }
    Ok(())
}

#[test]
fn prometheus_sees_a_copy_and_no_address_or_secret() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(&Mailboxes { count: 2, items: 150, ..Mailboxes::default() })?;
    let server = Server::start(folder.path(), SETTINGS)?;
    let admin = admin(|| server.log())?;
    let prometheus = Prometheus::start(folder.path(), &[&admin])?;
    let mut project = ProjectFile::for_simulator(&simulator, folder.path())?;
    project.text += "options:\n  associated_items: true\n";
    project.write(folder.path())?;
    longhaul(folder.path(), &["project", "submit", "project.yaml"])?.success()?;
    longhaul(folder.path(), &["pass", "start", "--kind", "full", "--wait"])?.success()?;
    let items = assert_equal_sides(&simulator)? as f64;

    prometheus.value("up", |up| up == 1.0)?;
    prometheus.value("longhaul_items_total{outcome='copied'}", |copied| copied == items)?;
    prometheus.value("longhaul_content_copied_bytes_total", |bytes| bytes > items)?;
    prometheus.value("longhaul_coordinator_leading", |leading| leading == 1.0)?;
    prometheus.value("longhaul_passes{state='running'}", |passes| passes == 0.0)?;
    prometheus.value("longhaul_slots", |slots| slots == 4.0)?;
    prometheus.value("longhaul_slots_busy", |busy| busy == 0.0)?;
    prometheus.value("longhaul_content_in_flight_bytes", |bytes| bytes == 0.0)?;
    prometheus.value("longhaul_store_state{state='up'}", |up| up == 1.0)?;
    prometheus.value("longhaul_queue_state{state='up'}", |up| up == 1.0)?;
    for some in [
        "longhaul_slice_duration_seconds_count{end='done'}",
        "longhaul_slot_time_seconds_total{state='busy'}",
        "sum(longhaul_service_request_duration_seconds_count{side='source'})",
        "sum(longhaul_service_request_duration_seconds_count{operation='UploadItems',side='destination',outcome='answered'})",
        "longhaul_store_call_duration_seconds_count{call='commit',outcome='done'}",
        "longhaul_queue_publish_duration_seconds_count{outcome='confirmed'}",
        "longhaul_queue_answers_total{answer='acknowledged'}",
        "process_cpu_time_seconds_total",
        "process_memory_usage_bytes",
        "target_info{service_name='longhaul'}",
    ] {
        prometheus.value(some, |value| value > 0.0)?;
    }
    for none in [
        "sum(longhaul_invariant_violations_total)",
        "longhaul_items_total{outcome='failed'}",
        "sum(longhaul_throttle_hints_total)",
        "sum(longhaul_reconciliation_items_total)",
    ] {
        prometheus.value(none, |value| value == 0.0)?;
    }

    let token = std::fs::read_to_string(folder.path().join("longhaul-data/token"))?;
    let (_, text) = ask(&admin, "/metrics")?;
    assert_sound(&text, &simulator, &[token.trim()])?;
    let (status, ready) = ask(&admin, "/ready")?;
    ensure!(status == 200, "{ready}");
    let stopped = server.stop(Duration::from_secs(35))?;
    ensure!(stopped.code() == Some(0), "it ended with {stopped}");
    ask(&admin, "/live").err().context("the admin port is closed")?;
    Ok(())
}

#[test]
fn the_programs_of_a_fleet_show_their_part_and_a_lost_store() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let simulator = Simulator::start(&Mailboxes { items: 100, ..Mailboxes::default() })?;
    let fleet = Fleet::of_its_own(folder.path())?;
    let coordinator = fleet.coordinator(SETTINGS)?;
    let worker = fleet.worker(SETTINGS)?;
    let leader = admin(|| coordinator.process.log())?;
    let copier = admin(|| worker.log())?;
    let prometheus = Prometheus::start(folder.path(), &[&leader, &copier])?;
    let mut project = ProjectFile::for_simulator(&simulator, folder.path())?;
    project.text += "options:\n  associated_items: true\n";
    project.write(folder.path())?;
    fleet.longhaul(&coordinator, &["project", "submit", "project.yaml"])?.success()?;
    fleet.longhaul(&coordinator, &["pass", "start", "--kind", "full", "--wait"])?.success()?;
    let items = assert_equal_sides(&simulator)? as f64;

    let value = |name: &str, at: &str, labels: &str, wanted: &dyn Fn(f64) -> bool| {
        prometheus.value(&format!("{name}{{instance='{at}',{labels}}}"), wanted)
    };
    let some = |value: f64| value > 0.0;
    value("longhaul_items_total", &copier, "outcome='copied'", &|copied| copied == items)?;
    value("longhaul_items_total", &leader, "outcome='copied'", &|copied| copied == 0.0)?;
    value("longhaul_coordinator_leading", &leader, "", &|leads| leads == 1.0)?;
    value("longhaul_coordinator_leading", &copier, "", &|leads| leads == 0.0)?;
    value("longhaul_queue_publish_duration_seconds_count", &leader, "outcome='confirmed'", &some)?;
    value("longhaul_queue_deliveries_total", &copier, "redelivered='no'", &some)?;
    value("longhaul_queue_state", &copier, "state='up'", &|up| up == 1.0)?;
    value("longhaul_store_state", &copier, "state='up'", &|up| up == 1.0)?;
    value("target_info", &copier, "service_name='longhaul-worker'", &some)?;
    for address in [&leader, &copier] {
        assert_sound(&ask(address, "/metrics")?.1, &simulator, &["guest", "redis"])?;
        let (status, ready) = ask(address, "/ready")?;
        ensure!(status == 200, "{ready}");
    }

    fleet.redis()?.kill();
    value("longhaul_store_state", &copier, "state='down'", &|down| down == 1.0)?;
    let (status, ready) = ask(&copier, "/ready")?;
    ensure!(status == 503, "not ready without its store: {ready}");
    let (status, live) = ask(&copier, "/live")?;
    ensure!(status == 200, "alive all the same: {live}");
    Ok(())
}
