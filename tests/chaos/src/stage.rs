//! The fleet under attack: every program, and the wires between them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use longhaul_e2e::{Coordinator, Fleet, Mailboxes, Process, ProjectFile, Simulator};
use longhaul_nodes::{Proxy, RedisBackup};
use tokio::runtime::Runtime;

use crate::arguments::Arguments;
use crate::metrics;
use crate::plan::Wire;
use crate::shared::Shared;

pub(crate) const WORKERS: usize = 4;
pub(crate) const COORDINATORS: usize = 2;

/// Short waits where the defaults are minutes.
const QUICK: [(&str, &str); 7] = [
    ("LONGHAUL_SETTLE", "2s"),
    ("LONGHAUL_UPLOAD_TIME", "5s"),
    ("LONGHAUL_FOLDER_LEASE", "10s"),
    ("LONGHAUL_LEASE", "4s"),
    ("LONGHAUL_GRACE", "10s"),
    ("LONGHAUL_WAIT", "3m"),
    ("LONGHAUL_ADMIN__LISTEN", "127.0.0.1:0"),
];

/// All parts; they end with it.
pub(crate) struct Stage {
    pub(crate) shared: Arc<Shared>,
    pub(crate) coordinators: Vec<Option<Coordinator>>,
    pub(crate) workers: Vec<Option<Process>>,
    pub(crate) backup: Option<RedisBackup>,
    wires: BTreeMap<&'static str, Proxy>,
    settings: Vec<(String, String)>,
    /// Broken invariants counted by programs that are no more.
    counted: f64,
    /// The proxies run on it.
    _runtime: Runtime,
}

impl Stage {
    /// Starts everything and submits a project. The programs log into `folder`.
    ///
    /// # Errors
    ///
    /// If something does not come up.
    pub(crate) fn set(folder: &Path, arguments: &Arguments, seed: u64) -> anyhow::Result<Self> {
        let (count, items) = (arguments.mailboxes, arguments.items);
        let more = ["--profile", "small"].map(str::to_owned).to_vec();
        let simulator =
            Simulator::start(&Mailboxes { count, items, seed, more, ..Mailboxes::default() })?;
        let fleet = Fleet::of_its_own(folder)?;
        let runtime = Runtime::new()?;
        let service = simulator.base_url.rsplit('/').next().context("an address")?.parse()?;
        let addresses = [
            (name(Wire::Broker), fleet.rabbit()?.address()),
            (name(Wire::Store), fleet.redis()?.address()),
            (name(Wire::Service), service),
        ];
        let mut wires = BTreeMap::new();
        for (name, address) in addresses {
            wires.insert(name, runtime.block_on(Proxy::start(address))?);
        }
        let through = |url: String, name: &str, to: std::net::SocketAddr| {
            url.replace(&to.to_string(), &wires[name].address().to_string())
        };
        let queue = through(fleet.rabbit()?.url(), name(Wire::Broker), fleet.rabbit()?.address());
        let store = through(fleet.redis()?.url(), name(Wire::Store), fleet.redis()?.address());
        let mut project = ProjectFile::for_simulator(&simulator, folder)?;
        project.text = through(project.text, name(Wire::Service), service);
        project.text += "options:\n  associated_items: true\n  deletions: true\n";
        project.write(folder)?;
        let mut settings: Vec<_> =
            QUICK.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        settings.push(("LONGHAUL_QUEUE__URL".to_owned(), queue));
        settings.push(("LONGHAUL_STORE__URL".to_owned(), store));
        let mut stage = Self {
            shared: Arc::new(Shared::new(fleet, simulator)),
            coordinators: (0..COORDINATORS).map(|_| None).collect(),
            workers: (0..WORKERS).map(|_| None).collect(),
            backup: None,
            wires,
            settings,
            counted: 0.0,
            _runtime: runtime,
        };
        stage.start_missing()?;
        let submitted = stage.shared.command(&["project", "submit", "project.yaml"]);
        submitted.context("the project is not taken")?;
        Ok(stage)
    }

    pub(crate) fn wire(&self, wire: Wire) -> &Proxy {
        &self.wires[name(wire)]
    }

    /// Starts the programs that are not there.
    ///
    /// # Errors
    ///
    /// If one does not come up.
    pub(crate) fn start_missing(&mut self) -> anyhow::Result<()> {
        let settings: Vec<_> =
            self.settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let fleet = &self.shared.fleet;
        for coordinator in self.coordinators.iter_mut().filter(|there| there.is_none()) {
            *coordinator = Some(fleet.coordinator(&settings)?);
        }
        for worker in self.workers.iter_mut().filter(|there| there.is_none()) {
            *worker = Some(fleet.worker(&settings)?);
        }
        self.tell_urls();
        Ok(())
    }

    pub(crate) fn kill_worker(&mut self, at: usize) -> anyhow::Result<()> {
        match self.workers[at].take() {
            Some(worker) => {
                self.count(&worker);
                worker.kill()
            }
            None => Ok(()),
        }
    }

    pub(crate) fn stop_worker(&mut self, at: usize) -> anyhow::Result<()> {
        match self.workers[at].take() {
            Some(worker) => {
                self.count(&worker);
                let ended = worker.stop(Duration::from_secs(60))?;
                anyhow::ensure!(ended.code() == Some(0), "a worker ended with {ended}");
                Ok(())
            }
            None => Ok(()),
        }
    }

    pub(crate) fn kill_coordinator(&mut self, at: usize) -> anyhow::Result<()> {
        match self.coordinators[at].take() {
            Some(coordinator) => {
                self.count(&coordinator.process);
                self.tell_urls();
                coordinator.process.kill()
            }
            None => Ok(()),
        }
    }

    /// Broken invariants counted so far, by all programs there were.
    pub(crate) fn violations(&mut self) -> f64 {
        let coordinators = self.coordinators.iter().flatten().map(|there| &there.process);
        let running = coordinators.chain(self.workers.iter().flatten());
        let counted: f64 = running.filter_map(ask).sum();
        self.counted + counted
    }

    /// The first program that has ended by itself, with its number.
    ///
    /// # Errors
    ///
    /// If one has: no trouble is a reason to end.
    pub(crate) fn insist_all_run(&mut self) -> anyhow::Result<()> {
        let coordinators = self.coordinators.iter_mut().flatten().map(|there| &mut there.process);
        for process in coordinators.chain(self.workers.iter_mut().flatten()) {
            if let Some(status) = process.ended()? {
                let log = process.log();
                let end = log.lines().rev().take(5).collect::<Vec<_>>();
                anyhow::bail!("a program ended by itself with {status}: {end:#?}");
            }
        }
        Ok(())
    }

    fn count(&mut self, process: &Process) {
        self.counted += ask(process).unwrap_or_default();
    }

    fn tell_urls(&self) {
        let urls = self.coordinators.iter().flatten().map(|there| there.url.clone());
        self.shared.coordinators_at(urls.collect());
    }
}

fn ask(process: &Process) -> Option<f64> {
    metrics::violations(&metrics::admin(&process.log())?)
}

const fn name(wire: Wire) -> &'static str {
    match wire {
        Wire::Broker => "broker",
        Wire::Store => "store",
        Wire::Service => "service",
    }
}
