//! The play: submit, pre-stage, full pass, verification.

use longhaul_core::{Clock, SystemClock, code};
use longhaul_store::records::PassKind;
use longhaul_worker::Signals;

use super::Options;
use super::stage::{PROJECT, Stage};
use crate::api::Client;
use crate::cli::{self, Failure, Format, remark};
use crate::engine::{Selection, StartPass};
use crate::project;
use crate::serve::Running;
use crate::settings::Settings;
use crate::verify::{Deep, VerifyOptions};

/// Splits the generated mail, whose dates begin with 2021, in two.
const GENERATED_CUTOFF: &str = "2021-01-08";
/// Splits real mail.
const USUAL_CUTOFF: &str = "90d";

/// Shows a whole migration.
///
/// # Errors
///
/// [`Failure`] if anything does not go as it should, LH-0207 if the two sides differ.
pub async fn run(options: Options, format: Format) -> Result<(), Failure> {
    let mut signals = Signals::new()
        .map_err(|error| Failure::new(code::BUG, format!("signals cannot be received: {error}")))?;
    remark("two simulated tenants are set up: source.test and destination.test");
    let stage = Stage::set(&options).await?;
    let settings = Settings {
        data: Some(stage.folder().to_owned()),
        listen: "127.0.0.1:0".to_owned(),
        ..Settings::default()
    };
    let running = Running::start(settings).await?;
    let client = running.client()?;
    let result = tokio::select! {
        result = play(&client, &stage, &options, format) => result,
        () = signals.next() => Err(Failure::Interrupted),
    };
    running.stop().await;
    if let Some(folder) = stage.clear(options.keep).await {
        remark(format!("the data folder is kept: {}", folder.display()));
    }
    result?;
    remark(
        "everything stands in the destination, item by item. Where to look next:\n  \
         longhaul up                          a server for real tenants\n  \
         longhaul project check FILE          a project file of your own\n  \
         longhaul demo --seed-dir DIR         the same with your own .eml files\n  \
         longhaul explain-code LH-0402        what an error code means",
    );
    Ok(())
}

async fn play(
    client: &Client,
    stage: &Stage,
    options: &Options,
    format: Format,
) -> Result<(), Failure> {
    let spec = project::load(&stage.project_file(), [])?;
    client.submit(&spec).await?;
    let count = spec.mailboxes.len();
    remark(format!("project {PROJECT} is submitted: {count} mailboxes; both tenants answer"));

    let cutoff = if options.seed_dir.is_some() { USUAL_CUTOFF } else { GENERATED_CUTOFF };
    let cutoff = longhaul_settings::cutoff(cutoff, SystemClock.now())
        .map_err(|wrong| Failure::new(code::BUG, wrong))?;
    remark(format!("pre-stage pass: mail before {cutoff}, everything else whole"));
    pass(client, format, PassKind::PreStage { cutoff }).await?;
    remark("full pass: everything that is still missing");
    pass(client, format, PassKind::Full).await?;

    remark("verification: every item of both sides, property by property");
    let options = VerifyOptions { deep: Deep::All, selection: Selection::All };
    let verification = cli::compare(client, PROJECT, &options).await?;
    cli::conclude(&verification, |verification| match format {
        Format::Json => cli::json_line(verification),
        Format::Text => cli::data(cli::render(verification)),
    })
}

async fn pass(client: &Client, format: Format, kind: PassKind) -> Result<(), Failure> {
    let start = StartPass::now(kind, Selection::All);
    let pass = client.start_pass(PROJECT, &start).await?;
    cli::wait(client, format, PROJECT, pass.number).await
}
