//! `longhaul project`.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;

use longhaul_core::code;

use super::args::{Format, Global, ProjectCommand};
use super::failure::Failure;
use super::{connect, output};
use crate::api::views::{ProjectDetail, ProjectView};
use crate::project::{self, CONFIRM, ENV_PREFIX, Mistakes, Spec};

/// Carries out a command about projects.
///
/// # Errors
///
/// [`Failure`].
pub(crate) async fn run(global: &Global, command: ProjectCommand) -> Result<(), Failure> {
    match command {
        ProjectCommand::Check { file } => check(global, &file),
        ProjectCommand::Submit { file } => submit(global, &file).await,
        ProjectCommand::List => list(global).await,
        ProjectCommand::Show(arg) => {
            let client = connect::client(global)?;
            let project = connect::project(&client, &arg).await?;
            show(global, &client.project(&project).await?)
        }
        ProjectCommand::Stop(arg) => {
            let client = connect::client(global)?;
            let project = connect::project(&client, &arg).await?;
            let stopped = client.stop_project(&project).await?;
            match global.output {
                Format::Json => output::json(&stopped),
                Format::Text => output::data(format!(
                    "project {}: no pass runs any more; what was copied stays",
                    stopped.name
                )),
            }
        }
    }
}

fn check(global: &Global, file: &Path) -> Result<(), Failure> {
    let spec = project::load(file, std::env::vars_os())?;
    for (key, reference) in unset_variables(&spec) {
        output::remark(format!(
            "note: {key}: {reference} is not set here; it must be set where the server runs"
        ));
    }
    match global.output {
        Format::Json => output::json(&spec),
        Format::Text => output::data(format!(
            "{}: no mistakes; project {}, {}",
            file.display(),
            spec.name,
            mailboxes(spec.mailboxes.len()),
        )),
    }
}

/// Credentials that are read from a variable which this process does not have.
fn unset_variables(spec: &Spec) -> Vec<(&'static str, String)> {
    use longhaul_identity::SecretRef;
    let references = [
        ("source.client_secret", &spec.source.client_secret),
        ("source.certificate", &spec.source.certificate),
        ("destination.client_secret", &spec.destination.client_secret),
        ("destination.certificate", &spec.destination.certificate),
    ];
    references
        .into_iter()
        .filter_map(|(key, reference)| match reference {
            Some(SecretRef::Env(name)) if std::env::var_os(name).is_none() => {
                Some((key, format!("env:{name}")))
            }
            _ => None,
        })
        .collect()
}

async fn submit(global: &Global, file: &Path) -> Result<(), Failure> {
    let mut env: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let spec = match project::load(file, env.clone()) {
        Err(mistakes) if only_confirmation_is_missing(&mistakes) && is_attended() => {
            if !ask_for_confirmation().await? {
                return Err(mistakes.into());
            }
            env.push((format!("{ENV_PREFIX}CONFIRM").into(), CONFIRM.into()));
            project::load(file, env)?
        }
        other => other?,
    };
    let client = connect::client(global)?;
    let submitted = client.submit(&spec).await?;
    match global.output {
        Format::Json => output::json(&submitted),
        Format::Text => {
            output::data(format!(
                "project {} is submitted: {}, both tenants answer",
                submitted.name,
                mailboxes(spec.mailboxes.len()),
            ))?;
            output::remark("next: longhaul pass start --kind pre-stage --cutoff 90d --wait");
            Ok(())
        }
    }
}

fn only_confirmation_is_missing(mistakes: &Mistakes) -> bool {
    mistakes.list.len() == 1 && mistakes.code() == code::NOT_CONFIRMED
}

/// Whether someone is there to be asked.
fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for the word (B-21).
async fn ask_for_confirmation() -> Result<bool, Failure> {
    output::remark(
        "Both tenants stay in use: the source is only read, the destination is written.\n\
         Type `Confirm` to go on:",
    );
    Ok(output::answer().await?.trim() == CONFIRM)
}

async fn list(global: &Global) -> Result<(), Failure> {
    let projects = connect::client(global)?.projects().await?;
    if global.output == Format::Json {
        return output::json(&projects);
    }
    if projects.is_empty() {
        output::remark("no project; submit one with `longhaul project submit FILE`");
        return Ok(());
    }
    let mut table = output::table(&["Project", "Customer", "State", "Submitted"]);
    for project in &projects {
        table.add_row([
            project.name.clone(),
            project.customer.clone().unwrap_or_default(),
            output::words(project.state),
            project.created.to_string(),
        ]);
    }
    output::data(output::lines(&table))
}

fn show(global: &Global, detail: &ProjectDetail) -> Result<(), Failure> {
    if global.output == Format::Json {
        return output::json(detail);
    }
    let ProjectView {
        name, customer, state, created, source, destination, options, problems, ..
    } = &detail.project;
    output::data(format!("project {name} ({}), submitted {created}", output::words(state)))?;
    if let Some(customer) = customer {
        output::data(format!("customer {customer}"))?;
    }
    for (side, endpoint) in [("source", source), ("destination", destination)] {
        output::data(format!("{side} tenant {}, {}", endpoint.tenant_id, endpoint.ews_url))?;
    }
    output::data(format!(
        "{} requests at a time to a mailbox, associated items {}, deletions {}",
        options.mailbox_requests,
        if options.associated_items { "copied" } else { "not copied" },
        if options.deletions { "carried over" } else { "not carried over" },
    ))?;
    for problem in problems {
        output::data(format!("{}: {}\n  next: {}", problem.code, problem.text, problem.next))?;
    }
    let mut table = output::table(&["Source", "Destination", "Batch", "State"]);
    for mailbox in &detail.mailboxes {
        table.add_row([
            mailbox.source.clone(),
            mailbox.destination.clone(),
            mailbox.batch.clone().unwrap_or_default(),
            output::words(mailbox.state),
        ]);
    }
    output::data(output::lines(&table))
}

fn mailboxes(count: usize) -> String {
    if count == 1 { "1 mailbox".to_owned() } else { format!("{count} mailboxes") }
}
