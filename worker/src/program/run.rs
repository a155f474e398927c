//! From the command line to an exit code.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use longhaul_core::{Exit, OwnerToken, code};
use longhaul_settings::Common;
use longhaul_store::records::MemberRole;
use longhaul_telemetry::{Admin, Pulse, start_log};
use longhaul_worker::{Endpoints, Membership, Options, Signals, Worker, probes};
use tokio_util::sync::CancellationToken;

use super::arguments::{Arguments, Format};
use super::failure::Failure;

/// How longhaul names itself to the services.
const USER_AGENT: &str = concat!("longhaul/", env!("CARGO_PKG_VERSION"));
/// Between two signs of life, and how long the process may be without one.
const BEAT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(30);

/// Reads the command line, works until told to stop and says how it ended.
pub(crate) fn main() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output and are no error.
            drop(error.print());
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    start_log("info", arguments.log_format);
    longhaul_telemetry::start("longhaul-worker", env!("CARGO_PKG_VERSION"));
    let result = match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let result = runtime.block_on(run(&arguments));
            // What still runs was cut off on purpose.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(Failure::new(code::BUG, &error)),
    };
    match result {
        Ok(()) => Exit::Done,
        Err(failure) => {
            failure.print();
            failure.exit()
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(|error| Failure::new(code::BUG, &error))?;
    let common = arguments.settings()?;
    let running = tokio::select! {
        running = Running::start(&common) => running?,
        () = signals.next() => return Err(Failure::Interrupted),
    };
    running.announce(arguments.output, common.slots);
    let stop = running.stop.clone();
    let mut working = std::pin::pin!(running.work());
    let ended = tokio::select! {
        ended = &mut working => Some(ended),
        () = signals.next() => None,
    };
    if let Some(ended) = ended {
        return ended;
    }
    tracing::info!("stopping: running folders end at their next commit");
    stop.cancel();
    tokio::select! {
        ended = tokio::time::timeout(common.grace, working) => ended.unwrap_or_else(|_| {
            tracing::warn!("not everything ended within the grace time; the rest is cut off");
            Ok(())
        }),
        () = signals.next() => Err(Failure::Interrupted),
    }
}

/// A worker with everything around it.
struct Running {
    worker: Worker,
    membership: Membership,
    admin: Option<Admin>,
    pulse: Pulse,
    stop: CancellationToken,
}

impl Running {
    /// Connects, opens the admin port and joins the fleet.
    async fn start(common: &Common) -> Result<Self, Failure> {
        let store = common.open_store(Path::new(".")).await?;
        let queue = common.open_queue("longhaul-worker").await?;
        let (pulse, stop) = (Pulse::new(SILENCE), CancellationToken::new());
        let admin = match &common.admin {
            Some(listen) => {
                let probes = probes("worker", &pulse, &store, &queue, &stop);
                Some(Admin::start(listen, probes).await?)
            }
            None => None,
        };
        let role = MemberRole::Worker { slots: common.slots.into() };
        let id = OwnerToken::generate();
        let membership = Membership::join(Arc::clone(&store), id, role, Arc::clone(&queue)).await?;
        let options = Options::from(common);
        let worker = Worker::new(options, store, queue, Arc::new(Endpoints::new(USER_AGENT)));
        Ok(Self { worker, membership, admin, pulse, stop })
    }

    /// Says that it works.
    fn announce(&self, format: Format, slots: u16) {
        let admin = self.admin.as_ref().map(|admin| admin.address().to_string());
        match format {
            Format::Json => {
                let ready =
                    serde_json::json!({"pid": std::process::id(), "slots": slots, "admin": admin});
                println!("{ready}");
            }
            Format::Text => {
                let admin = admin.map(|at| format!("; admin port {at}")).unwrap_or_default();
                eprintln!("longhaul-worker takes jobs, {slots} folders at a time{admin}");
            }
        }
    }

    /// Takes jobs until it is told to stop; then leaves the fleet and closes the admin port.
    async fn work(self) -> Result<(), Failure> {
        let Self { worker, membership, admin, pulse, stop } = self;
        let slots = worker.slots();
        let mut working = std::pin::pin!(worker.run(stop));
        let mut beat = tokio::time::interval(BEAT);
        let ended = loop {
            tokio::select! {
                ended = &mut working => break ended,
                _ = beat.tick() => if !slots.are_stuck() {
                    pulse.beat();
                },
            }
        };
        membership.leave().await;
        if let Some(admin) = admin {
            admin.stop().await;
        }
        Ok(ended?)
    }
}
