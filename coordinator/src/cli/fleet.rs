//! The fleet in a few lines: who leads, who is there, how queue and store are.

use crate::engine::{BackendState, BackendStatus, FleetStatus};

/// The lines.
#[must_use]
pub(super) fn lines(fleet: &FleetStatus) -> String {
    let mut lines = Vec::new();
    let replicas = fleet.coordinators.len();
    lines.push(match (&fleet.leader, fleet.leads_since) {
        (Some(leader), Some(since)) if replicas > 1 => {
            format!("leader {leader} since {since}; {replicas} coordinators")
        }
        (Some(leader), Some(since)) => format!("leader {leader} since {since}"),
        _ => format!("no coordinator leads; {replicas} are there"),
    });
    let workers = match fleet.workers.len() {
        1 => "1 worker".to_owned(),
        count => format!("{count} workers"),
    };
    lines.push(format!("{workers}, {} folders at a time", fleet.slots));
    let mut queue = format!("queue {}", backend(&fleet.queue.health));
    if let Some(waiting) = fleet.queue.waiting {
        queue.push_str(&format!("; {waiting} jobs wait"));
    }
    if let Some(dead) = fleet.queue.dead.filter(|dead| *dead > 0) {
        queue.push_str(&format!(", {dead} are dead (longhaul jobs dead list)"));
    }
    lines.push(queue);
    // What all see is said above.
    let own = |queue: &BackendStatus| {
        queue.state == BackendState::Down && fleet.queue.health.state != BackendState::Down
    };
    let coordinators = fleet.coordinators.iter().map(|member| (&member.name, &member.queue));
    let workers = fleet.workers.iter().map(|member| (&member.name, &member.queue));
    for (name, queue) in coordinators.chain(workers).filter(|(_, queue)| own(queue)) {
        lines.push(format!("  queue {} at {name}", backend(queue)));
    }
    lines.push(format!("store {}", backend(&fleet.store)));
    lines.join("\n")
}

fn backend(status: &BackendStatus) -> String {
    let state = match status.state {
        BackendState::Up => "up",
        BackendState::Blocked => "blocked",
        BackendState::Down => "down",
    };
    let code = status.code.map(|code| format!(" {code}")).unwrap_or_default();
    match &status.text {
        Some(text) => format!("{state}:{code} {text}"),
        None => state.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use longhaul_core::{Timestamp, code};

    use super::*;
    use crate::engine::{QueueStatus, WorkerStatus};

    #[test]
    fn a_queue_that_is_blocked_and_a_missing_leader_are_said() {
        let up = BackendStatus { state: BackendState::Up, text: None, code: None };
        let blocked = BackendStatus {
            state: BackendState::Blocked,
            text: Some("low on memory".to_owned()),
            code: None,
        };
        let mut fleet = FleetStatus {
            leader: None,
            leads_since: None,
            coordinators: Vec::new(),
            workers: Vec::new(),
            slots: 0,
            queue: QueueStatus { health: blocked, waiting: Some(3), dead: Some(1) },
            store: up,
        };
        let text = lines(&fleet);
        assert!(text.contains("no coordinator leads"), "{text}");
        assert!(text.contains("queue blocked: low on memory; 3 jobs wait, 1 are dead"), "{text}");

        fleet.leader = Some("http://one.test".to_owned());
        fleet.leads_since = Some(Timestamp(0));
        fleet.store = BackendStatus {
            state: BackendState::Down,
            code: Some(code::STORE_FAILED),
            text: Some("gone".to_owned()),
        };
        let text = lines(&fleet);
        assert!(text.starts_with("leader http://one.test since 1970-01-01"), "{text}");
        assert!(text.ends_with("store down: LH-0603 gone"), "{text}");

        fleet.queue.health = BackendStatus::default();
        fleet.workers.push(WorkerStatus {
            name: "worker-0/12".to_owned(),
            slots: 4,
            version: "1".to_owned(),
            since: Timestamp(0),
            queue: BackendStatus {
                state: BackendState::Down,
                code: Some(code::QUEUE_UNREACHABLE),
                text: Some("refused".to_owned()),
            },
        });
        let text = lines(&fleet);
        assert!(text.contains("\n  queue down: LH-0702 refused at worker-0/12\n"), "{text}");
    }
}
