//! A fleet copies between the tenants of a separate simulator, while its parts are stopped, killed
//! and restarted: two coordinators, four workers, RabbitMQ and Redis of its own.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use longhaul_e2e::{
    Coordinator, Fleet, Mailboxes, Process, ProjectFile, Simulator, assert_equal_sides, wait_until,
};
use serde_json::{Value, json};

/// Short waits where the defaults are minutes.
const QUICK: &[(&str, &str)] = &[
    ("LONGHAUL_SETTLE", "1s"),
    // On a busy machine an upload takes its time.
    ("LONGHAUL_UPLOAD_TIME", "20s"),
    ("LONGHAUL_FOLDER_LEASE", "10s"),
    ("LONGHAUL_LEASE", "5s"),
];

/// Long enough for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(900);

/// A fleet at work.
struct Bench {
    simulator: Simulator,
    fleet: Fleet,
    coordinators: Vec<Coordinator>,
    workers: Vec<Process>,
    begun: Instant,
}

impl Bench {
    /// Two coordinators, four workers, and a submitted project of a hundred thousand items.
    fn start(folder: &Path, seed: u64) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let more = ["--profile", "small"].map(str::to_owned).to_vec();
        let mailboxes = Mailboxes { count: 20, items: 5000, seed, more, ..Mailboxes::default() };
        let simulator = Simulator::start(&mailboxes)?;
        let fleet = Fleet::of_its_own(folder)?;
        let coordinators = vec![fleet.coordinator(QUICK)?, fleet.coordinator(QUICK)?];
        let workers = (0..4).map(|_| fleet.worker(QUICK)).collect::<anyhow::Result<_>>()?;
        let bench = Self { simulator, fleet, coordinators, workers, begun };
        let mut project = ProjectFile::for_simulator(&bench.simulator, folder)?;
        project.text += "options:\n  associated_items: true\n";
        project.write(folder)?;
        bench.run(&["project", "submit", "project.yaml"])?;
        bench.say("submitted");
        Ok(bench)
    }

    fn say(&self, what: &str) {
        println!("{:>4} s: {what}", self.begun.elapsed().as_secs());
    }

    /// Runs a command at a coordinator that is there.
    fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        self.fleet.longhaul(self.at()?, arguments)?.success().with_context(|| self.fleet.logs())?;
        Ok(())
    }

    fn at(&self) -> anyhow::Result<&Coordinator> {
        self.coordinators.last().context("a coordinator")
    }

    /// Where the pass stands; nothing while the coordinator has no store or leader.
    fn pass(&self) -> anyhow::Result<Value> {
        let status = self.fleet.status(self.at()?).unwrap_or_default();
        Ok(status["passes"][0]["state"].clone())
    }

    /// Waits until `more` items than now were uploaded: the work goes on.
    fn go_on(&self, more: u64, after: &str) -> anyhow::Result<()> {
        self.say(after);
        let uploaded = || self.simulator.counted("items", "UploadItems");
        let goal = uploaded()? + more;
        wait_until("more is copied", PATIENCE, || Ok((uploaded()? >= goal).then_some(())))
            .with_context(|| self.fleet.logs())?;
        self.say("it goes on");
        Ok(())
    }

    /// Waits until the pass is over, and insists that nothing is missing or there twice.
    fn finish(&self, deep: &str) -> anyhow::Result<()> {
        wait_until("the pass is over", PATIENCE, || Ok((self.pass()? == "Ended").then_some(())))
            .with_context(|| self.fleet.logs())?;
        self.say("the pass is over");
        let items = assert_equal_sides(&self.simulator).with_context(|| self.fleet.logs())?;
        self.say("the sides are equal");
        self.run(&["verify", "--deep", deep])?;
        self.say("the verification is clean");
        ensure!(items >= 100_000, "only {items} items were there to copy");
        Ok(())
    }

    /// The place of the leader among the coordinators.
    fn leader(&self) -> anyhow::Result<usize> {
        wait_until("a coordinator leads", Duration::from_secs(60), || {
            let leader = self.fleet.members(self.at()?)?["leader"].clone();
            Ok(self.coordinators.iter().position(|coordinator| leader == *coordinator.url))
        })
    }
}

#[test]
fn a_fleet_copies_a_hundred_thousand_items_once() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let bench = Bench::start(folder.path(), 11)?;
    bench.run(&["pass", "start", "--kind", "full"])?;
    bench.finish("all")
}

#[test]
fn stops_kills_and_restarts_of_every_part_lose_and_double_nothing() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut bench = Bench::start(folder.path(), 12)?;
    // Slow enough that each blow finds work under way.
    bench.simulator.act("faults", &json!({"action": {"kind": "latency", "milliseconds": 20}}))?;
    bench.run(&["pass", "start", "--kind", "full"])?;
    bench.go_on(2000, "the pass is started")?;

    let stopped = bench.workers.remove(0).stop(Duration::from_secs(35))?;
    ensure!(stopped.code() == Some(0), "the worker ended with {stopped}");
    bench.workers.push(bench.fleet.worker(QUICK)?);
    bench.go_on(2000, "a worker was stopped")?;

    bench.workers.remove(0).kill()?;
    bench.workers.push(bench.fleet.worker(QUICK)?);
    bench.go_on(2000, "a worker was killed")?;

    let leader = bench.leader()?;
    bench.coordinators.remove(leader).process.kill()?;
    bench.coordinators.insert(0, bench.fleet.coordinator(QUICK)?);
    bench.leader()?;
    bench.go_on(2000, "the leader was killed")?;

    bench.fleet.rabbit()?.restart()?;
    bench.go_on(2000, "RabbitMQ was killed and started again")?;

    bench.fleet.redis()?.restart()?;
    bench.go_on(2000, "Redis was killed and started again")?;

    ensure!(bench.pass()? == "Running", "it was over before the last blow");
    bench.simulator.clear_faults()?;
    bench.finish("sample")
}
