//! The loop.

use std::sync::Arc;
use std::time::Duration;

use longhaul_queue::Queue;
use longhaul_store::{Error, Store};
use longhaul_telemetry::Pulse;
use longhaul_worker::Endpoints;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::command::Command;
use super::context::Context;
use super::passes::Passes;
use super::{Handle, Options, Refusal, RefusalKind, find};
use crate::verify;

/// Commands that wait for the loop before senders have to wait.
const COMMANDS: usize = 64;

/// Before the next look while jobs are being fed, if a look is quick.
const BUSY: Duration = Duration::from_millis(50);

/// The engine, ready to run.
#[derive(Debug)]
pub struct Service {
    context: Arc<Context>,
    commands: mpsc::Receiver<Command>,
    pulse: Option<Pulse>,
}

impl Service {
    /// An engine on this store and queue, and the handle to it. One engine at a time may run on a
    /// store: several processes elect one, and hand it a store guarded by its term.
    #[must_use]
    pub fn new(
        options: Options,
        store: Arc<dyn Store>,
        queue: Arc<dyn Queue>,
        endpoints: Arc<Endpoints>,
    ) -> (Self, Handle) {
        let context = Arc::new(Context {
            options,
            store,
            queue,
            endpoints,
            rates: super::rates::Rates::default(),
            verifications: verify::Board::default(),
        });
        let (sender, commands) = mpsc::channel(COMMANDS);
        let handle = Handle { context: Arc::clone(&context), commands: sender };
        (Self { context, commands, pulse: None }, handle)
    }

    /// The same with a sign of life for each turn of its loop.
    #[must_use]
    pub fn with_pulse(self, pulse: Pulse) -> Self {
        Self { pulse: Some(pulse), ..self }
    }

    /// Runs until `shutdown`. Trouble with store or queue is logged and waited out.
    ///
    /// Ending it, by `shutdown` or by dropping the future, loses nothing: the next engine on the
    /// store goes on. Verifications under way are given up.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self { context, mut commands, pulse } = self;
        let mut passes = Passes::new(Arc::clone(&context));
        let mut verifications = JoinSet::new();
        let poll = context.options.poll;
        let mut look = tokio::time::interval(poll);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut in_trouble = false;
        loop {
            pulse.iter().for_each(Pulse::beat);
            let done = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Some(command) = commands.recv() => {
                    carry_out(&context, &mut passes, &mut verifications, command).await;
                    Ok(())
                }
                ended = passes.prepared() => passes.note(ended).await,
                _ = look.tick() => Ok(()),
            };
            while verifications.try_join_next().is_some() {}
            let begun = Instant::now();
            let tended = match done {
                Ok(()) => passes.tend().await,
                Err(error) => Err(error),
            };
            report(&tended, &mut in_trouble);
            if passes.has_fed() {
                // Workers take jobs faster than the usual look comes round.
                look.reset_after(BUSY.max(begun.elapsed()).min(poll));
            }
            if tended.is_err() {
                passes.forget().await;
                tokio::select! {
                    () = shutdown.cancelled() => break,
                    _ = look.tick() => {}
                }
            }
        }
        passes.forget().await;
        verifications.shutdown().await;
    }
}

/// Says once that the store is in trouble, and once that it is no more.
fn report(tended: &Result<(), Error>, in_trouble: &mut bool) {
    match tended {
        Err(Error::Fenced { .. }) if !*in_trouble => {
            tracing::warn!("another coordinator leads: this one writes nothing more");
        }
        Err(error) if !*in_trouble => {
            tracing::error!(code = %error.code(), %error, "passes stand still; trying again");
        }
        Ok(()) if *in_trouble => tracing::info!("passes go on"),
        _ => {}
    }
    *in_trouble = tended.is_err();
}

async fn carry_out(
    context: &Arc<Context>,
    passes: &mut Passes,
    verifications: &mut JoinSet<()>,
    command: Command,
) {
    // A caller that is gone does not mind not being answered.
    match command {
        Command::Create { project, mailboxes, answer } => {
            let created = passes.create(*project, mailboxes).await;
            drop(answer.send(sound(passes, created).await));
        }
        Command::StopProject { project, answer } => {
            let stopped = passes.stop_project(&project).await;
            drop(answer.send(sound(passes, stopped).await));
        }
        Command::Start { project, start, answer } => {
            let started = passes.start(&project, start).await;
            drop(answer.send(sound(passes, started).await));
        }
        Command::Steer { project, number, to, answer } => {
            let steered = passes.steer(&project, number, to).await;
            drop(answer.send(sound(passes, steered).await));
        }
        Command::Reopen { project, pass, folder, answer } => {
            let reopened = passes.reopen(project, pass, folder).await.map_err(Refusal::from);
            drop(answer.send(sound(passes, reopened).await));
        }
        Command::SetBatch { project, set, answer } => {
            let changed = passes.set_batch(&project, set).await;
            drop(answer.send(sound(passes, changed).await));
        }
        Command::Verify { project, options, answer } => {
            let begun = async {
                let project = find::project(&*context.store, &project).await?;
                let mailboxes = find::mailboxes(&*context.store, project.id).await?;
                let mailboxes = find::select(mailboxes, &options.selection)?;
                let (id, task) =
                    verify::begin(Arc::clone(context), project, mailboxes, options).await?;
                verifications.spawn(task);
                Ok(id)
            };
            drop(answer.send(begun.await));
        }
    }
}

/// After the store failed in the middle of a command, nothing that is held is trusted.
async fn sound<T>(passes: &mut Passes, result: Result<T, Refusal>) -> Result<T, Refusal> {
    if result.as_ref().is_err_and(|refusal| refusal.kind == RefusalKind::Internal) {
        passes.forget().await;
    }
    result
}
