//! A coordinator among others: it follows, and runs the engine while it leads.

use std::sync::Arc;

use longhaul_queue::Queue;
use longhaul_store::Store;
use longhaul_telemetry::Pulse;
use longhaul_worker::Endpoints;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Election, Role, Term};
use crate::engine::{Handle, Options, Service};

/// A coordinator, ready to run.
#[derive(Debug)]
pub struct Replica {
    election: Election,
    options: Options,
    store: Arc<dyn Store>,
    queue: Arc<dyn Queue>,
    endpoints: Arc<Endpoints>,
    role: watch::Sender<Role>,
    /// Answers questions while another leads.
    asking: Handle,
}

impl Replica {
    /// A coordinator on this store and queue, and what it does at any moment.
    #[must_use]
    pub fn new(
        election: Election,
        options: Options,
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        endpoints: Arc<Endpoints>,
    ) -> (Self, watch::Receiver<Role>) {
        let (_, asking) = Service::new(
            options.clone(),
            Arc::clone(&store),
            Arc::clone(&queue),
            Arc::clone(&endpoints),
        );
        let (role, seen) = watch::channel(Role::Follows(asking.clone(), None));
        (Self { election, options, store, queue, endpoints, role, asking }, seen)
    }

    /// Takes part until `shutdown`, then gives the lead back, if it has it. `pulse` beats while it
    /// is alive.
    pub async fn run(self, shutdown: CancellationToken, pulse: Pulse) {
        loop {
            let led_by = |leader| {
                pulse.beat();
                self.follow(leader);
            };
            let term = tokio::select! {
                () = shutdown.cancelled() => return,
                term = self.election.win(led_by) => term,
            };
            tracing::info!(term = term.number, "this coordinator leads");
            match self.lead(term, &shutdown, &pulse).await {
                Some(term) => {
                    self.election.give_back(term).await;
                    return;
                }
                None => tracing::warn!("another coordinator leads by now"),
            }
        }
    }

    /// Runs the engine until the lead is lost, or until `shutdown`: then the term is returned.
    async fn lead(
        &self,
        mut term: Term,
        shutdown: &CancellationToken,
        pulse: &Pulse,
    ) -> Option<Term> {
        let (service, handle) = Service::new(
            self.options.clone(),
            self.store.guarded(term.guard()),
            Arc::clone(&self.queue),
            Arc::clone(&self.endpoints),
        );
        let service = service.with_pulse(pulse.clone());
        self.role.send_replace(Role::Leads(handle));
        let stop = shutdown.child_token();
        let kept = tokio::select! {
            // Dropped when the lead is lost: what it had begun is refused by the guard.
            () = service.run(stop) => true,
            () = self.election.hold(&mut term) => false,
        };
        self.follow(None);
        kept.then_some(term)
    }

    fn follow(&self, leader: Option<super::Leader>) {
        self.role.send_if_modified(|role| {
            if matches!(role, Role::Follows(_, known) if *known == leader) {
                return false;
            }
            *role = Role::Follows(self.asking.clone(), leader);
            true
        });
    }
}
