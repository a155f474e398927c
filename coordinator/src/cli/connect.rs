//! Finding the server and the project.

use std::path::Path;
use std::time::Duration;

use longhaul_core::code;
use longhaul_identity::Secret;

use super::args::{Global, ProjectArg};
use super::failure::Failure;
use crate::api::Client;
use crate::serve::ApiFile;

/// How long a command waits for a coordinator to lead: several leases.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of the server that the command line names, or of the one that runs in the data folder.
///
/// # Errors
///
/// [`Failure`] with LH-0201 if there is none.
pub(crate) fn client(global: &Global) -> Result<Client, Failure> {
    let data = global.data();
    let (server, token) = match (&global.server, global.token()?) {
        (Some(server), Some(token)) => (server.clone(), token),
        (server, token) => {
            let file = ApiFile::read(&data).ok_or_else(|| no_server(&data, server.is_some()))?;
            let token = token.unwrap_or_else(|| Secret::new(file.token));
            (server.clone().unwrap_or(file.url), token)
        }
    };
    Ok(Client::new(&server, token)?.patient(PATIENCE))
}

fn no_server(data: &Path, named: bool) -> Failure {
    let file = ApiFile::path(data);
    if named {
        let text = format!("no API token: {} does not exist", file.display());
        let next = "give the server's token with `--token` or LONGHAUL_TOKEN";
        return Failure::with_next(code::UNAUTHORISED, text, next);
    }
    let text = format!("no server runs in this data folder: {} does not exist", file.display());
    let next =
        "start one with `longhaul up`, or name one with `--data`, or `--server` and `--token`";
    Failure::with_next(code::SERVER_UNREACHABLE, text, next)
}

/// The name of the project that is meant: the one that is named, or the only one.
///
/// # Errors
///
/// [`Failure`] with LH-0203 if that is not one project.
pub(crate) async fn project(client: &Client, arg: &ProjectArg) -> Result<String, Failure> {
    if let Some(name) = &arg.project {
        return Ok(name.clone());
    }
    let mut names: Vec<_> =
        client.projects().await?.into_iter().map(|project| project.name).collect();
    match names.len() {
        0 => {
            let next = "submit one with `longhaul project submit FILE`";
            Err(Failure::with_next(code::NOT_FOUND, "this server has no project", next))
        }
        1 => Ok(names.remove(0)),
        count => {
            let text = format!("this server has {count} projects: {}", names.join(", "));
            Err(Failure::with_next(code::NOT_FOUND, text, "name one with `--project`"))
        }
    }
}
