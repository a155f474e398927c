//! One request from its first byte to the last of the answer.

use std::io::BufRead;

use tokio::runtime::Handle;
use uuid::Uuid;

use crate::faults::{Early, Late, Plan};
use crate::server::ReplySink;
use crate::soap::fault::Fault;
use crate::soap::names::Space;
use crate::soap::node::Node;
use crate::soap::request::{Divert, RequestReader};
use crate::soap::schema;
use crate::tenant::{Account, Application, Refused, Tenant, World};

use super::call::{Call, Failure};
use super::impersonation::{impersonated, required};
use super::messages::Messages;
use super::upload_items::Uploads;
use super::{
    convert_id, create_folder, delete_folder, delete_item, export_items, find_folder, find_item,
    get_folder, get_item, move_folder, move_item, sync_folder_hierarchy, sync_folder_items,
    update_folder, update_item, upload_items,
};

/// Who calls, as the token said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) tenant: Uuid,
    pub(crate) application: Uuid,
    pub(crate) compress: bool,
}

/// How a request ended, if not with an answer through the sink.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The answer went through the sink.
    Done,
    /// HTTP 500 with this envelope.
    Fault(Vec<u8>),
    /// An injected answer of the front end.
    Refused(Early),
    Forbidden,
    TooLarge,
    /// The connection is to be cut.
    Reset,
}

/// Serves a request. Blocks.
pub(crate) fn serve(
    world: &World,
    caller: &Caller,
    mut source: impl BufRead,
    sink: ReplySink,
) -> Outcome {
    let attempted = attempt(world, caller, &mut source, sink);
    if matches!(attempted, Err(Failure::Fault(_) | Failure::Early(Early::Fault(_)))) {
        // The service reads a request to its end before it refuses it; a client that still sends
        // would take the end of the connection for a lost answer.
        let _ = std::io::copy(&mut source, &mut std::io::sink());
    }
    match attempted {
        Ok(()) => Outcome::Done,
        Err(Failure::Fault(fault)) => Outcome::Fault(fault.envelope()),
        Err(Failure::Early(Early::Fault(fault))) => Outcome::Fault(fault.envelope()),
        Err(Failure::Early(Early::Reset)) => Outcome::Reset,
        Err(Failure::Early(early)) => Outcome::Refused(early),
        Err(Failure::Forbidden) => Outcome::Forbidden,
        Err(Failure::TooLarge) => Outcome::TooLarge,
        Err(Failure::Gone(error)) => {
            tracing::debug!(%error, "an EWS client has gone");
            Outcome::Reset
        }
    }
}

fn attempt(
    world: &World,
    caller: &Caller,
    source: impl BufRead,
    sink: ReplySink,
) -> Result<(), Failure> {
    let (tenant, application) = known(world, caller)?;
    let mut reader = RequestReader::new(source);
    let (header, root, closed) = reader.head()?.into_parts();
    if let Some(header) = &header {
        schema::check_header(header)?;
    }
    let found = schema::operation(&root.name).filter(|_| root.space == Space::Messages);
    let (operation, kind) =
        found.ok_or_else(|| Fault::new("ErrorInvalidRequest", "The request is invalid."))?;
    let account = impersonated(header.as_ref(), tenant, application)?;
    let address = account.map_or("", |account| account.address.as_str());

    world.counters.note(operation, address, |count| count.calls += 1);
    let plan = world.faults.plan(operation, address);
    let outcome = (|| {
        if !plan.latency().is_zero() {
            Handle::current().block_on(tokio::time::sleep(plan.latency()));
        }
        if let Some(early) = plan.early() {
            return Err(Failure::Early(early));
        }
        let mut request = Request { reader, root, closed, kind, plan: &plan, operation };
        match account {
            None if operation == "ConvertId" => {
                let (body, _) = request.read(None)?;
                execute(world, address, &plan, sink, "ConvertId", |messages| {
                    convert_id::run(tenant, &body, messages)
                })
            }
            None => Err(required().into()),
            Some(account) => run(world, tenant, application, account, request, sink),
        }
    })();
    if outcome.is_err() {
        world.counters.note(operation, address, |count| count.refused += 1);
    }
    outcome
}

/// A request whose content is still to be read.
struct Request<'a, R> {
    reader: RequestReader<R>,
    root: Node,
    closed: bool,
    kind: &'static schema::Kind,
    plan: &'a Plan,
    operation: &'static str,
}

impl<R: BufRead> Request<'_, R> {
    /// Reads and checks the content; with it the bytes received.
    fn read(&mut self, divert: Option<&mut dyn Divert>) -> Result<(Node, u64), Failure> {
        let root = self.root.take();
        let body = self.reader.body(root, self.closed, divert)?;
        schema::check(&body, self.kind)?;
        Ok((body, self.reader.received()))
    }
}

fn run<R: BufRead>(
    world: &World,
    tenant: &Tenant,
    application: &Application,
    account: &Account,
    mut request: Request<'_, R>,
    sink: ReplySink,
) -> Result<(), Failure> {
    if !account.ews_enabled() {
        return Err(Failure::Forbidden);
    }
    let settings = world.settings();
    let mut admission = account
        .enter(application.client_id, settings.max_concurrency, settings.budget)
        .map_err(throttled)?;
    let (operation, plan, address) = (request.operation, request.plan, account.address.as_str());
    world.counters.note(operation, address, |count| {
        count.max_concurrency = count.max_concurrency.max(admission.running);
    });
    let mut uploads = Uploads::default();
    let divert: Option<&mut dyn Divert> =
        if operation == "UploadItems" { Some(&mut uploads) } else { None };
    let (body, received) = request.read(divert)?;
    world.counters.note(operation, address, |count| count.received_bytes += received);

    let call = Call { tenant, account };
    let call = &call;
    let body = &body;
    let sent = execute(world, address, plan, sink, operation, |messages| match operation {
        "GetFolder" => get_folder::run(call, body, messages),
        "FindFolder" => find_folder::run(call, body, messages),
        "SyncFolderHierarchy" => sync_folder_hierarchy::run(call, body, messages),
        "CreateFolder" => create_folder::run(call, body, messages),
        "CreateFolderPath" => create_folder::run_path(call, body, messages),
        "UpdateFolder" => update_folder::run(call, body, messages),
        "DeleteFolder" => delete_folder::run(call, body, messages),
        "MoveFolder" => move_folder::run(call, body, messages),
        "SyncFolderItems" => sync_folder_items::run(call, body, messages),
        "FindItem" => find_item::run(call, body, messages),
        "GetItem" => get_item::run(call, body, messages),
        "ExportItems" => export_items::run(call, body, messages),
        "UploadItems" => upload_items::run(call, body, &mut uploads, messages),
        "DeleteItem" => delete_item::run(call, body, messages),
        "UpdateItem" => update_item::run(call, body, messages),
        "MoveItem" => move_item::run(call, body, messages),
        _ => convert_id::run(tenant, body, messages),
    });
    admission.bytes = received;
    sent
}

/// Runs the operation's own part between the head and the end of the answer.
fn execute(
    world: &World,
    address: &str,
    plan: &Plan,
    mut sink: ReplySink,
    operation: &'static str,
    work: impl FnOnce(&mut Messages<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let late = plan.late();
    if late.is_some() {
        sink.discard();
    }
    let mut messages = Messages::begin(sink, operation, plan)?;
    let worked = work(&mut messages);
    let tally = messages.tally();
    world.counters.note(operation, address, |count| {
        count.items += tally.items;
        count.errors += tally.errors;
        count.sent_bytes += tally.bytes;
    });
    worked?;
    let sink = messages.end()?;
    match late {
        None => Ok(sink.finish()?),
        Some(Late::Fault(fault)) => Err(fault.into()),
        Some(Late::Status { status, retry_after }) => {
            Err(Failure::Early(Early::Status { status, retry_after }))
        }
        Some(Late::Reset) => Err(Failure::Early(Early::Reset)),
    }
}

fn known<'a>(world: &'a World, caller: &Caller) -> Result<(&'a Tenant, &'a Application), Failure> {
    let tenant = world.tenants.iter().find(|tenant| tenant.id == caller.tenant);
    tenant
        .and_then(|tenant| {
            let id = caller.application;
            let application = tenant.applications.iter().find(|known| known.client_id == id)?;
            Some((tenant, application))
        })
        .ok_or(Failure::Forbidden)
}

/// Texts and values as Exchange Online sends them ([GH ews-managed-api#293]).
fn throttled(refused: Refused) -> Fault {
    match refused {
        Refused::Busy(milliseconds) => Fault::busy(milliseconds),
        Refused::Concurrency(limit) => Fault::new(
            "ErrorExceededConnectionCount",
            "You have exceeded the available concurrent connections for your account. Try again \
             once your other requests have completed.",
        )
        .with("Policy", "MaxConcurrency")
        .with("MaxConcurrencyLimit", limit)
        .with(
            "ErrorMessage",
            format!(
                "This operation exceeds the throttling budget for policy part 'MaxConcurrency', \
                 policy value '{limit}', Budget type: 'Ews'. Suggested backoff time 0 ms."
            ),
        ),
    }
}
