use clap::{CommandFactory, Parser};
use clap_complete::Shell;
use longhaul_core::{Exit, code};

use super::args::{DeepArg, Kind, PassCommand, ProjectCommand};
use super::*;
use crate::engine::Selection;

fn parse(line: &str) -> Cli {
    Cli::try_parse_from(line.split_whitespace()).unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[test]
fn the_definition_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn commands_are_read_with_their_options() {
    let cli = parse("longhaul pass start --kind pre-stage --cutoff 90d --batch one --wait");
    let Command::Pass(PassCommand::Start(start)) = cli.command else { panic!("a start") };
    assert_eq!((start.kind, start.wait), (Kind::PreStage, true));
    assert_eq!(start.cutoff.as_deref(), Some("90d"));
    assert_eq!(start.selection.selection(), Selection::Batch("one".to_owned()));

    let cli = parse("longhaul verify --deep all --mailbox a@b.test --mailbox c@d.test");
    let Command::Verify(verify) = cli.command else { panic!("a verification") };
    assert_eq!(verify.deep, DeepArg::All);
    let named = vec!["a@b.test".to_owned(), "c@d.test".to_owned()];
    assert_eq!(verify.selection.selection(), Selection::Mailboxes(named));

    let cli = parse("longhaul project show --project p --output json --data here");
    assert!(matches!(cli.command, Command::Project(ProjectCommand::Show(_))));
    assert_eq!(cli.global.output, Format::Json);
    assert_eq!(cli.global.data(), std::path::Path::new("here"));

    let cli = parse("longhaul up --listen 127.0.0.1:0 --workers 3 --bytes-in-flight 64MiB");
    let Command::Up(flags) = cli.command else { panic!("up") };
    assert_eq!(flags.workers, Some(3));
    assert_eq!(flags.bytes_in_flight, Some(longhaul_core::Bytes::mib(64)));

    let cli = parse("longhaul explain-code LH-0101");
    assert!(matches!(cli.command, Command::ExplainCode { code } if code == code::UNKNOWN_KEY));
}

#[test]
fn a_token_may_be_a_reference_and_is_never_taken_for_one_literally() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    let cli = parse(&format!("longhaul status --token file:{}", path.display()));
    let error = cli.global.token().expect_err("there is no such file");
    assert_eq!(error.code(), code::SECRET_UNREADABLE);
    std::fs::write(&path, "stands-in-the-file\n").expect("a file");
    let token = cli.global.token().expect("readable").expect("given");
    assert_eq!(token.expose(), "stands-in-the-file");
    let given = parse("longhaul status --token as-it-is").global.token().expect("no reference");
    assert_eq!(given.expect("given").expose(), "as-it-is");
}

#[test]
fn a_wrong_command_line_is_refused() {
    let wrong = [
        "longhaul",
        "longhaul fly",
        "longhaul pass start",
        "longhaul pass start --kind half",
        "longhaul status --mailbox a@b.test --batch one",
        "longhaul up --workers 0",
        "longhaul up --grace soon",
        "longhaul explain-code nonsense",
        "longhaul --output xml status",
    ];
    for line in wrong {
        let error = Cli::try_parse_from(line.split_whitespace()).expect_err(line);
        assert!(error.use_stderr(), "{line}");
    }
}

#[test]
fn help_lists_every_exit_code() {
    let help = Cli::command().render_long_help().to_string();
    for exit in Exit::ALL {
        let line = format!("{:>3}  {}", exit as u8, exit.meaning());
        assert!(help.contains(&line), "{line:?} is not in the help");
    }
}

#[test]
fn completions_know_the_commands_in_every_shell() {
    for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "longhaul", &mut script);
        let script = String::from_utf8(script).expect("text");
        for word in ["explain-code", "verify", "mailbox"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}
