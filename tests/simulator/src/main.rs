//! `longhaul-simulator`: the simulator as a program.
//!
//! Prints one JSON line on stdout once it listens, logs on stderr, runs until SIGTERM or SIGINT.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use longhaul_simulator::{Content, MailboxSpecification, Running, Simulator, TenantSpecification};
use tokio::signal::unix::{SignalKind, signal};

/// A simulated Exchange Online with two tenants, or those of a file
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// Serve HTTPS with a certificate of an authority made at start
    #[arg(long)]
    tls: bool,
    /// Write the authority's certificate to this file
    #[arg(long, requires = "tls")]
    ca_out: Option<PathBuf>,
    /// Seed of the generated mailboxes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Mailboxes of each tenant
    #[arg(long, default_value_t = 2)]
    mailboxes: u32,
    /// Items of each generated mailbox, roughly
    #[arg(long, default_value_t = 60)]
    items: u64,
    /// What the generated mailboxes hold
    #[arg(long, default_value = "demo")]
    profile: String,
    /// Folder of .eml files for the first source mailbox, instead of generated items
    #[arg(long)]
    seed_dir: Option<PathBuf>,
    /// Give the mailboxes an archive
    #[arg(long)]
    archive: bool,
    /// Most bytes of a request body
    #[arg(long, default_value_t = 67_108_864)]
    max_request_bytes: u64,
    /// JSON file with a list of tenants, instead of the two
    #[arg(long, conflicts_with_all = ["mailboxes", "items", "profile", "seed_dir", "seed", "archive"])]
    tenants: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("longhaul-simulator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Before the line that says it is ready, so that nobody's signal is lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let simulator = simulator(&arguments)?.max_request_bytes(arguments.max_request_bytes);
    let running = simulator.start(&arguments.listen, arguments.tls).await?;
    if let Some(path) = &arguments.ca_out {
        write_authority(&running, path)?;
    }
    for (file, reason) in running.seeding().unreadable {
        eprintln!("longhaul-simulator: {} is not seeded: {reason}", file.display());
    }
    println!("{}", running.description());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.shutdown().await;
    Ok(())
}

fn write_authority(running: &Running, path: &PathBuf) -> anyhow::Result<()> {
    let pem = running.ca_cert_pem().unwrap_or_default();
    std::fs::write(path, pem).with_context(|| format!("cannot write {}", path.display()))
}

fn simulator(arguments: &Arguments) -> anyhow::Result<Simulator> {
    if let Some(path) = &arguments.tenants {
        let shown = path.display();
        let text = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
        let tenants: Vec<TenantSpecification> =
            serde_json::from_slice(&text).with_context(|| format!("{shown} is not understood"))?;
        return Ok(tenants.into_iter().fold(Simulator::builder(), Simulator::tenant));
    }
    let mut source = TenantSpecification::of_domain("source.test", "en-US");
    let mut destination = TenantSpecification::of_domain("destination.test", "de-DE");
    for number in 1..=arguments.mailboxes {
        let content = match &arguments.seed_dir {
            Some(path) if number == 1 => Content::Files(path.clone()),
            _ => Content::Generated {
                profile: arguments.profile.clone(),
                items: arguments.items,
                seed: arguments.seed.wrapping_add(u64::from(number - 1)),
            },
        };
        let address = format!("user{number}@source.test");
        let archive = arguments.archive;
        source = source.mailbox(MailboxSpecification {
            archive,
            ..MailboxSpecification::holding(&address, content)
        });
        let address = format!("user{number}@destination.test");
        destination = destination
            .mailbox(MailboxSpecification { archive, ..MailboxSpecification::empty(&address) });
    }
    Ok(Simulator::builder().tenant(source).tenant(destination))
}
