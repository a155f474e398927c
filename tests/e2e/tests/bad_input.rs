//! What is wrong is said in a sentence, with code, place and next step, and nothing half-done.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::ensure;
use longhaul_e2e::{Finished, Mailboxes, ProjectFile, Server, Simulator, longhaul};
use serde_json::{Value, json};

/// Insists on the code, the exit code, a next step and that no panic shows.
fn refused(finished: &Finished, code: &str, exit: i32, place: &str) -> anyhow::Result<()> {
    let told = &finished.stderr;
    ensure!(finished.code == Some(exit), "exit code {:?}, not {exit}: {told}", finished.code);
    ensure!(told.contains(code), "no {code} in: {told}");
    ensure!(told.contains(place), "no place {place:?} in: {told}");
    ensure!(told.contains("next: "), "no next step in: {told}");
    ensure!(!told.contains("panicked"), "{told}");
    Ok(())
}

fn no_project(folder: &Path) -> anyhow::Result<()> {
    let listed = longhaul(folder, &["project", "list", "--output", "json"])?.success()?;
    let projects: Value = listed.json()?;
    let none = projects.as_array().is_some_and(Vec::is_empty)
        || projects["projects"].as_array().is_some_and(Vec::is_empty);
    ensure!(none, "something was created: {projects}");
    Ok(())
}

#[test]
fn every_mistake_of_a_project_file_is_reported_at_once() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let text = "name: contoso\nconfirm: yes please\nsource:\n  tenant_id: not-a-guid\n  \
                clientid: 00000000-0000-0000-0000-000000000001\nmailboxes:\n  - source: nobody\n";
    std::fs::write(folder.path().join("project.yaml"), text)?;
    let checked = longhaul(folder.path(), &["project", "check", "project.yaml"])?;
    refused(&checked, "LH-0105", 3, "project.yaml:2")?;
    refused(&checked, "LH-0102", 3, "project.yaml:4")?;
    refused(&checked, "LH-0101", 3, "project.yaml:5")?;
    refused(&checked, "LH-0103", 3, "destination")?;
    Ok(())
}

#[test]
fn what_the_tenants_refuse_is_said_and_nothing_is_created() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let simulator = Simulator::start(&Mailboxes { items: 10, ..Mailboxes::default() })?;
    let _server = Server::start(folder, &[])?;
    let good = ProjectFile::for_simulator(&simulator, folder)?;
    let submit = || longhaul(folder, &["project", "submit", "project.yaml"]);

    std::fs::write(folder.join("source.secret"), "wrong")?;
    good.write(folder)?;
    refused(&submit()?, "LH-0301", 5, "source")?;
    no_project(folder)?;

    std::fs::remove_file(folder.join("source.secret"))?;
    refused(&submit()?, "LH-0107", 3, "source")?;
    no_project(folder)?;
    std::fs::write(folder.join("source.secret"), &simulator.source().client_secret)?;

    good.clone().with("user1@source.test", "nobody@source.test").write(folder)?;
    refused(&submit()?, "LH-0404", 5, "nobody@source.test")?;
    no_project(folder)?;

    // A port nobody listens on.
    let dead = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let ews = &simulator.destination().ews_url;
    let elsewhere = format!("http://{dead}/EWS/Exchange.asmx");
    good.clone()
        .with(&format!("ews_url: {ews}"), &format!("ews_url: {elsewhere}"))
        .write(folder)?;
    refused(&submit()?, "LH-0401", 6, "source")?;
    no_project(folder)?;

    good.write(folder)?;
    let tenant = &simulator.destination().tenant_id;
    simulator.act(&format!("tenants/{tenant}/ews"), &json!({"enabled": false}))?;
    refused(&submit()?, "LH-0402", 5, "destination")?;
    no_project(folder)?;

    simulator.act(&format!("tenants/{tenant}/ews"), &json!({"enabled": true}))?;
    submit()?.success()?;
    refused(&submit()?, "LH-0206", 4, "contoso")?;

    // Another project would have a ledger of its own, and copy everything once more.
    good.with("name: contoso", "name: again").write(folder)?;
    refused(&submit()?, "LH-0106", 3, "user1@source.test")?;
    Ok(())
}

#[test]
fn a_full_destination_mailbox_fails_with_its_reason_and_the_next_pass_heals_it()
-> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let simulator = Simulator::start(&Mailboxes { items: 100, ..Mailboxes::default() })?;
    let _server = Server::start(folder, &[])?;
    ProjectFile::for_simulator(&simulator, folder)?.write(folder)?;
    longhaul(folder, &["project", "submit", "project.yaml"])?.success()?;
    let destination = &simulator.destination().mailboxes[0];
    let limits = format!("mailboxes/{destination}/limits");
    simulator.act(&limits, &json!({"quota": 100_000}))?;
    let start = ["pass", "start", "--kind", "full", "--wait"];
    let pass = longhaul(folder, &start)?;
    ensure!(pass.code == Some(7), "exit code {:?}: {}", pass.code, pass.stderr);
    let errors = longhaul(folder, &["errors"])?.success()?;
    ensure!(errors.stdout.contains("LH-0409"), "{}", errors.stdout);

    simulator.act(&limits, &json!({"quota": null}))?;
    longhaul(folder, &start)?.success()?;
    longhaul(folder, &["verify", "--deep", "all"])?.success()?;
    Ok(())
}

#[test]
fn a_port_or_a_data_folder_in_use_is_said() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let _server = Server::start(folder, &[])?;
    let again = longhaul(folder, &["up", "--listen", "127.0.0.1:0"])?;
    refused(&again, "LH-0601", 8, "longhaul-data")?;

    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    let second = longhaul(folder, &["up", "--listen", &address, "--data", "other"])?;
    refused(&second, "LH-0204", 8, &address)?;

    std::fs::write(folder.join("file"), "")?;
    let third = longhaul(folder, &["up", "--listen", "127.0.0.1:0", "--data", "file/data"])?;
    refused(&third, "LH-0602", 8, "file")?;
    Ok(())
}

#[test]
fn a_server_that_is_not_there_and_a_wrong_token_are_said() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let nobody = longhaul(folder, &["--server", "http://127.0.0.1:1", "--token", "x", "status"])?;
    refused(&nobody, "LH-0201", 6, "127.0.0.1:1")?;
    let _server = Server::start(folder, &[])?;
    let stranger = longhaul(folder, &["--token", "wrong", "status"])?;
    refused(&stranger, "LH-0202", 5, "")?;
    let unknown = longhaul(folder, &["project", "show", "--project", "nothing"])?;
    refused(&unknown, "LH-0203", 4, "nothing")?;
    Ok(())
}

#[test]
fn the_data_folder_and_its_token_are_for_their_owner_only() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let _server = Server::start(folder.path(), &[])?;
    let data = folder.path().join("longhaul-data");
    let mode = |path: &Path| -> anyhow::Result<u32> {
        Ok(Permissions::mode(&std::fs::metadata(path)?.permissions()) & 0o777)
    };
    ensure!(mode(&data)? == 0o700, "the folder has {:o}", mode(&data)?);
    for entry in std::fs::read_dir(&data)? {
        let path = entry?.path();
        ensure!(mode(&path)? == 0o600, "{} has {:o}", path.display(), mode(&path)?);
    }
    Ok(())
}
