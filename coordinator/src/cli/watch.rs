//! Following a project: bars on a terminal, a line per change in a pipe, JSON lines for programs.

use std::time::Duration;

use longhaul_core::code;
use tokio::time::{Instant, sleep};

use super::args::{Format, SelectionArgs};
use super::bars::Bars;
use super::changes::Changes;
use super::failure::Failure;
use super::output;
use super::status::is_selected;
use crate::api::Client;
use crate::engine::{ProjectStatus, Refusal, RefusalKind};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a server may be away while it is followed: a restart takes less.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// Until the pass of this number is over.
    Over(u32),
    /// Until no pass is running or paused.
    AllOver,
}

impl Until {
    fn reached(self, status: &ProjectStatus) -> bool {
        let mut passes = status.passes.iter();
        match self {
            Self::Over(number) => passes.any(|pass| pass.number == number && pass.state.is_over()),
            Self::AllOver => passes.all(|pass| pass.state.is_over()),
        }
    }
}

/// Shows a project until it is where it should be; returns where it stands then.
///
/// A server that goes away is waited for: a restarted one goes on with its passes.
///
/// # Errors
///
/// [`Failure`]; the passes run on, whatever happens here.
pub(crate) async fn run(
    client: &Client,
    format: Format,
    project: &str,
    selection: &SelectionArgs,
    until: Until,
) -> Result<ProjectStatus, Failure> {
    let mut view = View::new(format);
    loop {
        let whole = patiently(client, project).await?;
        let mut shown = whole.clone();
        shown.mailboxes.retain(|mailbox| is_selected(mailbox, selection));
        view.show(&shown)?;
        if until.reached(&whole) {
            view.end();
            return Ok(whole);
        }
        sleep(PAUSE).await;
    }
}

/// Asks until the server answers.
async fn patiently(client: &Client, project: &str) -> Result<ProjectStatus, Refusal> {
    let begun = Instant::now();
    loop {
        match client.status(project).await {
            Err(refusal) if is_away(&refusal) && begun.elapsed() < PATIENCE => {
                sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
}

fn is_away(refusal: &Refusal) -> bool {
    refusal.kind == RefusalKind::Unreachable && refusal.code == code::SERVER_UNREACHABLE
}

enum View {
    Bars(Box<Bars>),
    Changes(Changes),
    Json(Option<ProjectStatus>),
}

impl View {
    fn new(format: Format) -> Self {
        match format {
            Format::Json => Self::Json(None),
            Format::Text if output::is_terminal() => Self::Bars(Box::default()),
            Format::Text => Self::Changes(Changes::default()),
        }
    }

    fn show(&mut self, status: &ProjectStatus) -> Result<(), Failure> {
        match self {
            Self::Bars(bars) => bars.show(status),
            Self::Changes(changes) => {
                for line in changes.lines(status) {
                    output::data(line)?;
                }
            }
            Self::Json(last) => {
                if last.as_ref() != Some(status) {
                    output::json_line(status)?;
                    *last = Some(status.clone());
                }
            }
        }
        Ok(())
    }

    fn end(&self) {
        if let Self::Bars(bars) = self {
            bars.end();
        }
    }
}
