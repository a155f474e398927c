//! Carrying out a plan, blow by blow, and mending what each broke when its time is over.

use std::time::{Duration, Instant};

use longhaul_nodes::{Direction, Flow};
use serde_json::{Value, json};

use crate::plan::{Blow, Event, Trouble, Wire};
use crate::stage::Stage;

/// A killed program stays away for so long.
const ABSENCE: Duration = Duration::from_secs(2);
/// The shortest wait.
const MOMENT: Duration = Duration::from_millis(20);

/// What has to be undone.
#[derive(Clone, Copy, Debug)]
enum Mend {
    StartMissing,
    ResumeWorker(usize),
    ResumeCoordinator(usize),
    ResumeStore,
    Open(Wire),
    Admit(Wire),
    TakeAway(u64),
}

/// What is broken at the moment, and until when.
#[derive(Debug, Default)]
pub(crate) struct Broken {
    open: Vec<(Instant, Mend)>,
}

/// Carries out the plan and mends everything in the end.
///
/// # Errors
///
/// If a program does not come up again, or one has ended by itself.
pub(crate) fn strike(stage: &mut Stage, plan: &[Event], time: Duration) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut broken = Broken::default();
    for event in plan {
        pass_time(stage, &mut broken, begun + event.at)?;
        if let Some(mend) = hit(stage, &broken, event.blow)? {
            broken.open.push(mend);
        }
    }
    pass_time(stage, &mut broken, begun + time)?;
    for (_, mend) in std::mem::take(&mut broken.open) {
        if !matches!(mend, Mend::StartMissing) {
            undo(stage, mend)?;
        }
    }
    stage.start_missing()?;
    stage.shared.simulator.clear_faults()
}

/// Until then, mends what is due.
fn pass_time(stage: &mut Stage, broken: &mut Broken, until: Instant) -> anyhow::Result<()> {
    loop {
        let now = Instant::now();
        let due = broken.open.extract_if(.., |(at, _)| *at <= now).collect::<Vec<_>>();
        for (_, mend) in due {
            // A program that waits for broker and store would be waited for.
            if matches!(mend, Mend::StartMissing) && broken.is_cut_off() {
                broken.open.push((now + ABSENCE, mend));
            } else {
                undo(stage, mend)?;
            }
        }
        stage.insist_all_run()?;
        if Instant::now() >= until {
            return Ok(());
        }
        let next = broken.open.iter().map(|(at, _)| *at).min().map_or(until, |at| at.min(until));
        stage.shared.ending.wait(next.saturating_duration_since(now).max(MOMENT));
    }
}

impl Broken {
    /// Whether programs cannot reach broker and store.
    fn is_cut_off(&self) -> bool {
        self.open.iter().any(|(_, mend)| match mend {
            Mend::Admit(wire) | Mend::Open(wire) => *wire != Wire::Service,
            Mend::ResumeStore => true,
            _ => false,
        })
    }

    /// Whether a worker stands still.
    fn stalls(&self, worker: usize) -> bool {
        self.open.iter().any(|(_, mend)| matches!(mend, Mend::ResumeWorker(at) if *at == worker))
    }
}

/// Carries out a blow; what mends it, and when.
fn hit(stage: &mut Stage, broken: &Broken, blow: Blow) -> anyhow::Result<Option<(Instant, Mend)>> {
    let shared = stage.shared.clone();
    let now = Instant::now();
    shared.say(format_args!("{blow:?}"));
    let mend = match blow {
        Blow::KillWorker(at) => {
            stage.kill_worker(at)?;
            Some((now + ABSENCE, Mend::StartMissing))
        }
        // One that stands still cannot stop, and one that is cut off has nobody to tell.
        Blow::StopWorker(at) if !broken.is_cut_off() && !broken.stalls(at) => {
            stage.stop_worker(at)?;
            Some((now + ABSENCE, Mend::StartMissing))
        }
        Blow::StopWorker(_) => None,
        Blow::StallWorker(at, time) => match &stage.workers[at] {
            Some(worker) => {
                worker.suspend()?;
                Some((now + time, Mend::ResumeWorker(at)))
            }
            None => None,
        },
        Blow::KillCoordinator(at) => {
            stage.kill_coordinator(at)?;
            Some((now + ABSENCE, Mend::StartMissing))
        }
        Blow::StallCoordinator(at, time) => match &stage.coordinators[at] {
            Some(coordinator) => {
                coordinator.process.suspend()?;
                Some((now + time, Mend::ResumeCoordinator(at)))
            }
            None => None,
        },
        Blow::KillBroker => {
            shared.fleet.rabbit()?.restart()?;
            None
        }
        Blow::KillStore => {
            shared.fleet.redis()?.restart()?;
            None
        }
        Blow::StallStore(time) => {
            shared.fleet.redis()?.suspend()?;
            Some((now + time, Mend::ResumeStore))
        }
        Blow::Cut(wire) => {
            stage.wire(wire).cut();
            None
        }
        Blow::Refuse(wire, time) => {
            stage.wire(wire).refuse(true);
            stage.wire(wire).cut();
            Some((now + time, Mend::Admit(wire)))
        }
        Blow::Hold(wire, time) => {
            stage.wire(wire).set(Direction::ToClient, Flow::Held);
            Some((now + time, Mend::Open(wire)))
        }
        Blow::Service(trouble, time) => {
            let rule = shared.simulator.act("faults", &rule(trouble))?;
            rule["id"].as_u64().map(|id| (now + time, Mend::TakeAway(id)))
        }
        Blow::ForgetSyncStates(choice) => {
            let mailboxes = &shared.simulator.source().mailboxes;
            let address = &mailboxes[choice % mailboxes.len()];
            let path = format!("mailboxes/{address}/invalidate-sync-states");
            shared.simulator.act(&path, &json!({}))?;
            None
        }
        Blow::RevokeTokens => {
            for tenant in &shared.simulator.tenants {
                let path = format!("tenants/{}/revoke-tokens", tenant.tenant_id);
                shared.simulator.act(&path, &json!({}))?;
            }
            None
        }
        Blow::BackUpStore => {
            stage.backup = Some(shared.fleet.redis()?.backup()?);
            None
        }
        Blow::RestoreStore => {
            let backup = match stage.backup.take() {
                Some(backup) => backup,
                None => shared.fleet.redis()?.backup()?,
            };
            shared.fleet.redis()?.restart_from(&backup)?;
            None
        }
    };
    Ok(mend)
}

fn undo(stage: &mut Stage, mend: Mend) -> anyhow::Result<()> {
    match mend {
        Mend::StartMissing => stage.start_missing(),
        Mend::ResumeWorker(at) => stage.workers[at].as_ref().map_or(Ok(()), |it| it.resume()),
        Mend::ResumeCoordinator(at) => {
            stage.coordinators[at].as_ref().map_or(Ok(()), |it| it.process.resume())
        }
        Mend::ResumeStore => stage.shared.fleet.redis()?.resume(),
        Mend::Open(wire) => {
            stage.wire(wire).set(Direction::ToClient, Flow::Open);
            Ok(())
        }
        Mend::Admit(wire) => {
            stage.wire(wire).refuse(false);
            Ok(())
        }
        Mend::TakeAway(rule) => stage.shared.simulator.clear_fault(rule),
    }
}

/// The simulator's rule for a trouble.
fn rule(trouble: Trouble) -> Value {
    let upload =
        |action: Value| json!({"operation": "UploadItems", "probability": 0.3, "action": action});
    let export =
        |action: Value| json!({"operation": "ExportItems", "probability": 0.3, "action": action});
    let any = |action: Value| json!({"probability": 0.1, "action": action});
    let busy = |when: &str, milliseconds: u64| {
        json!({
            "kind": "fault", "code": "ErrorServerBusy", "back_off_milliseconds": milliseconds,
            "when": when
        })
    };
    match trouble {
        Trouble::Throttles => any(busy("before", 1500)),
        Trouble::ThrottlesTooLate => upload(busy("after", 1000)),
        Trouble::LosesAnswers => any(json!({"kind": "reset", "when": "after"})),
        Trouble::LosesRequests => any(json!({"kind": "reset", "when": "before"})),
        Trouble::Truncates => export(json!({"kind": "truncation_marker", "position": 0})),
        Trouble::DeniesItems => upload(json!({
            "kind": "item_error", "code": "ErrorInternalServerError", "position": 0, "executed": true
        })),
        Trouble::MixesUp => export(json!({"kind": "wrong_positions"})),
        Trouble::IsAway => any(json!({"kind": "status", "status": 503, "retry_after": 1})),
        Trouble::IsSlow => any(json!({"kind": "latency", "milliseconds": 400})),
    }
}
