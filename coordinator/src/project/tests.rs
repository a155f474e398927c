use std::ffi::OsString;
use std::path::Path;

use longhaul_core::Timestamp;
use longhaul_core::state::{MailboxState, ProjectState};
use longhaul_store::records::CredentialRecord;

use super::*;

mod hostile;

const GOOD: &str = "\
name: move to fabrikam
customer: Contoso
confirm: Confirm
source:
  tenant_id: 11111111-1111-4111-8111-111111111111
  client_id: 22222222-2222-4222-8222-222222222222
  client_secret: env:SOURCE_SECRET
destination:
  tenant_id: 33333333-3333-4333-8333-333333333333
  client_id: 44444444-4444-4444-8444-444444444444
  certificate: file:keys/destination.pem
  ews_url: http://127.0.0.1:8080/EWS/Exchange.asmx
options:
  associated_items: true
  mailbox_requests: 2
mailboxes:
  - source: ada@source.test
    destination: ada@destination.test
    batch: one
  - {source: ben@source.test, destination: ben@destination.test}
";

fn read(file: &str, text: &str, env: &[(&str, &str)]) -> Result<Spec, Mistakes> {
    let env = env.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    load_text(file, text, Path::new("/projects"), env)
}

/// The report on `text`, line by line.
fn report(file: &str, text: &str, env: &[(&str, &str)]) -> Vec<String> {
    let mistakes = read(file, text, env).expect_err("mistakes");
    mistakes.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn a_complete_project_becomes_records() {
    let spec = read("project.yaml", GOOD, &[]).expect("no mistakes");
    let (project, mailboxes) = spec.into_records(Timestamp(7)).expect("no mistakes");
    assert_eq!(project.name, "move to fabrikam");
    assert_eq!(project.state, ProjectState::Confirmed);
    assert_eq!(project.created, Timestamp(7));
    assert_eq!(project.options.mailbox_requests, 2);
    assert!(project.options.associated_items);
    assert!(!project.options.deletions, "never without being asked");
    assert_eq!(project.source.credential, CredentialRecord::Secret("env:SOURCE_SECRET".into()));
    assert_eq!(project.source.ews_scope, "https://outlook.office365.com/.default");
    // A relative path is meant from the project file's folder.
    let certificate = CredentialRecord::Certificate("file:/projects/keys/destination.pem".into());
    assert_eq!(project.destination.credential, certificate);
    assert_eq!(project.destination.ews_scope, project.source.ews_scope);
    assert_eq!(mailboxes.len(), 2);
    assert_eq!(mailboxes[0].batch.as_deref(), Some("one"));
    assert!(mailboxes.iter().all(|mailbox| mailbox.state == MailboxState::Matched));
    assert!(mailboxes.iter().all(|mailbox| mailbox.project == project.id));
}

#[test]
fn toml_says_the_same_as_yaml() {
    let toml = r#"
        name = "move to fabrikam"
        customer = "Contoso"
        confirm = "Confirm"
        [source]
        tenant_id = "11111111-1111-4111-8111-111111111111"
        client_id = "22222222-2222-4222-8222-222222222222"
        client_secret = "env:SOURCE_SECRET"
        [destination]
        tenant_id = "33333333-3333-4333-8333-333333333333"
        client_id = "44444444-4444-4444-8444-444444444444"
        certificate = "file:keys/destination.pem"
        ews_url = "http://127.0.0.1:8080/EWS/Exchange.asmx"
        [options]
        associated_items = true
        mailbox_requests = 2
        [[mailboxes]]
        source = "ada@source.test"
        destination = "ada@destination.test"
        batch = "one"
        [[mailboxes]]
        source = "ben@source.test"
        destination = "ben@destination.test"
    "#;
    assert_eq!(read("a.toml", toml, &[]), read("a.yaml", GOOD, &[]));
}

#[test]
fn a_spec_survives_the_way_through_the_api() {
    let spec = read("project.yaml", GOOD, &[]).expect("no mistakes");
    let json = serde_json::to_string(&spec).expect("serialises");
    assert_eq!(serde_json::from_str::<Spec>(&json).expect("own text"), spec);
}

/// One mistake each: what to replace in the good file by what, and the one line of the report.
const SINGLE_MISTAKES: &[(&str, &str, &str)] = &[
    ("name: move to fabrikam\n", "", "project.yaml: name: LH-0103: missing"),
    ("name: move to fabrikam", "name: ''", "project.yaml:1: name: LH-0102: empty"),
    (
        "name: move to fabrikam",
        "name: 2026",
        "project.yaml:1: name: LH-0102: text is expected, this is a number; put it in quotes",
    ),
    (
        "customer: Contoso",
        "custommer: Contoso",
        "project.yaml:2: custommer: LH-0101: unknown key; is `customer` meant?",
    ),
    (
        "confirm: Confirm",
        "confirm: yes",
        "project.yaml:3: confirm: LH-0105: coexistence is not confirmed: write `confirm: Confirm` \
         once it is agreed that both tenants stay in use and the source is only read",
    ),
    (
        "  client_id: 22222222-2222-4222-8222-222222222222",
        "  client_id: 22222222-2222-4222-8222",
        "project.yaml:6: source.client_id: LH-0102: not a GUID such as \
         `72f988bf-86f1-41af-91ab-2d7cd011db47`",
    ),
    (
        "  client_id: 22222222-2222-4222-8222-222222222222\n",
        "",
        "project.yaml:4: source.client_id: LH-0103: missing",
    ),
    (
        "client_secret: env:SOURCE_SECRET",
        "client_secret: hunter2",
        "project.yaml:7: source.client_secret: LH-0102: a secret is given as `env:NAME` or \
         `file:PATH`, not as the secret itself",
    ),
    (
        "  client_secret: env:SOURCE_SECRET\n",
        "",
        "project.yaml:4: source: LH-0103: no credential: set `client_secret` or `certificate` to \
         `env:NAME` or `file:PATH`",
    ),
    (
        "certificate: file:keys/destination.pem",
        "certificate: file:keys/destination.pem\n  client_secret: env:X",
        "project.yaml:11: destination.certificate: LH-0102: `client_secret` and `certificate` are \
         both set; one is enough",
    ),
    (
        "  certificate: file:keys/destination.pem",
        "  certificate: file:keys/destination.pem\n  password: hunter2",
        "project.yaml:12: destination.password: LH-0108: user names and passwords are not \
         accepted: Exchange Online has switched basic authentication off; register an application \
         and set `client_id` with `client_secret` or `certificate`",
    ),
    (
        "http://127.0.0.1:8080",
        "http://mail.contoso.com",
        "project.yaml:12: destination.ews_url: LH-0102: `http` would show tokens and mail to the \
         network; only `https` is accepted",
    ),
    (
        "http://127.0.0.1:8080",
        "https://user:hunter2@mail.contoso.com",
        "project.yaml:12: destination.ews_url: LH-0102: an address must not hold a user name or \
         password",
    ),
    (
        "  ews_url: http://127.0.0.1:8080/EWS/Exchange.asmx",
        "  ca_certificate: none.pem",
        "project.yaml:12: destination.ca_certificate: LH-0104: none.pem cannot be read: No such \
         file or directory (os error 2)",
    ),
    (
        "associated_items: true",
        "associated_items: maybe",
        "project.yaml:14: options.associated_items: LH-0102: not `true` or `false`",
    ),
    (
        "mailbox_requests: 2",
        "mailbox_requests: 11",
        "project.yaml:15: options.mailbox_requests: LH-0102: not a number from 1 to 10",
    ),
    (
        "mailbox_requests: 2",
        "workers: 2",
        "project.yaml:15: options.workers: LH-0101: unknown key; known here: `associated_items`, \
         `deletions`, `mailbox_requests`, `show_subjects`, `error_budget`",
    ),
    (
        "source: ada@source.test",
        "source: ada",
        "project.yaml:17: mailboxes[0].source: LH-0102: not a mail address such as \
         `user@contoso.com`",
    ),
    (
        "source: ben@source.test",
        "source: Ada@Source.test",
        "project.yaml:20: mailboxes[1].source: LH-0106: this source address is already that of \
         project.yaml:17",
    ),
    (
        "ada@destination.test",
        "ada@source.test",
        "project.yaml:18: mailboxes[0].destination: LH-0102: source and destination are the same \
         address",
    ),
    (
        "    batch: one",
        "    batch: a/b",
        "project.yaml:19: mailboxes[0].batch: LH-0102: begins or ends with a space, or has a `/` \
         or control character",
    ),
    (
        "destination:\n",
        "ModernAuthClientIdImport: 44444444-4444-4444-8444-444444444444\ndestination:\n",
        "project.yaml:8: ModernAuthClientIdImport: LH-0102: `destination.client_id` is set as \
         well, and means the same",
    ),
    (
        "customer: Contoso",
        "name: again",
        "project.yaml:2: name: LH-0102: this key is set twice, first on line 1",
    ),
    (
        "customer: Contoso",
        "customer: [Contoso",
        "project.yaml:3: LH-0104: not valid YAML: illegal placement of ':' \
         indicator",
    ),
];

#[test]
fn each_mistake_is_one_line_with_its_place() {
    for (good, bad, line) in SINGLE_MISTAKES {
        assert!(GOOD.contains(good), "{good:?} is not in the good file");
        let lines = report("project.yaml", &GOOD.replacen(good, bad, 1), &[]);
        assert_eq!(lines, [*line], "{bad}");
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    for (good, bad, _) in SINGLE_MISTAKES.iter().filter(|(_, bad, _)| bad.contains("hunter2")) {
        let lines = report("project.yaml", &GOOD.replacen(good, bad, 1), &[]);
        assert!(!lines.concat().contains("hunter2"), "{lines:?}");
    }
}

#[test]
fn every_mistake_is_reported_at_once_in_the_order_of_lines() {
    let text = "\
colour: red
name: x
source: {tenant_id: nonsense}
options: 7
mailboxes:
  - ada@source.test
  - {source: a@b.test, destination: c@d.test, bach: one}
";
    let expected = [
        "project.yaml: confirm: LH-0105: coexistence is not confirmed: write `confirm: Confirm` \
         once it is agreed that both tenants stay in use and the source is only read",
        "project.yaml: destination: LH-0103: missing: it names a tenant",
        "project.yaml:1: colour: LH-0101: unknown key; known here: `name`, `customer`, `confirm`, \
         `source`, `destination`, `options`, `mailboxes`, `mailboxes_csv`",
        "project.yaml:3: source: LH-0103: no credential: set `client_secret` or `certificate` to \
         `env:NAME` or `file:PATH`",
        "project.yaml:3: source.client_id: LH-0103: missing",
        "project.yaml:3: source.tenant_id: LH-0102: not a GUID such as \
         `72f988bf-86f1-41af-91ab-2d7cd011db47`",
        "project.yaml:4: options: LH-0102: not a table with `associated_items`, \
         `deletions`, `mailbox_requests`, `show_subjects`, `error_budget`",
        "project.yaml:6: mailboxes[0]: LH-0102: not a table with `source`, `destination`, `batch`",
        "project.yaml:7: mailboxes[1].bach: LH-0101: unknown key; is `batch` meant?",
    ];
    assert_eq!(report("project.yaml", text, &[]), expected);
}

#[test]
fn toml_mistakes_have_lines_too() {
    let text = "name = \"x\"\nconfirm = \"Confirm\"\n[source]\ntenant_id = \"no\"\n";
    let lines = report("p.toml", text, &[]);
    assert!(lines.iter().any(|line| line.starts_with("p.toml:4: source.tenant_id: LH-0102: ")));
    assert!(lines.iter().any(|line| line == "p.toml:3: source.client_id: LH-0103: missing"));
    let lines = report("p.toml", "name = \"x\"\nname = \"y\"\n", &[]);
    assert_eq!(lines, ["p.toml:2: LH-0104: not valid TOML: duplicate key"]);
}

#[test]
fn the_names_operators_know_are_accepted() {
    let text = GOOD
        .replace("  tenant_id: 11111111-1111-4111-8111-111111111111\n", "")
        .replace("  client_id: 44444444-4444-4444-8444-444444444444\n", "")
        + "ModernAuthTenantIdExport: 11111111-1111-4111-8111-111111111111\n\
           ModernAuthClientIdImport: 44444444-4444-4444-8444-444444444444\n";
    assert_eq!(read("p.yaml", &text, &[]), read("p.yaml", GOOD, &[]));

    let wrong = text.replace("Import: 4444", "Import: 4x44");
    let lines = report("p.yaml", &wrong, &[]);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("p.yaml:20: destination.client_id: LH-0102: not a GUID"));
}

#[test]
fn the_environment_overrides_the_file() {
    let env = [
        ("LONGHAUL_PROJECT__SOURCE__CLIENT_ID", "55555555-5555-4555-8555-555555555555"),
        ("LONGHAUL_PROJECT__OPTIONS__MAILBOX_REQUESTS", "9"),
        ("LONGHAUL_PROJECT__OPTIONS__ASSOCIATED_ITEMS", "false"),
        ("LONGHAUL_TOKEN", "not ours"),
    ];
    let spec = read("p.yaml", GOOD, &env).expect("no mistakes");
    assert_eq!(spec.source.client_id, "55555555-5555-4555-8555-555555555555");
    assert_eq!(spec.options.mailbox_requests, 9);
    assert!(!spec.options.associated_items);
}

#[test]
fn a_mistake_in_the_environment_names_the_variable() {
    let env = [
        ("LONGHAUL_PROJECT__SOURCE__CLIENT_ID", "nonsense"),
        ("LONGHAUL_PROJECT__SOURCE__CLINT_ID", "x"),
        ("LONGHAUL_PROJECT__MODERNAUTHTENANTIDIMPORT", "x"),
        ("LONGHAUL_PROJECT__CONFIRM", "no"),
    ];
    let lines = report("p.yaml", GOOD, &env);
    let starts = [
        "LONGHAUL_PROJECT__CONFIRM: confirm: LH-0105: ",
        "LONGHAUL_PROJECT__MODERNAUTHTENANTIDIMPORT: modernauthtenantidimport: LH-0102: \
         `destination.tenant_id` is set as well",
        "LONGHAUL_PROJECT__SOURCE__CLIENT_ID: source.client_id: LH-0102: not a GUID",
        "LONGHAUL_PROJECT__SOURCE__CLINT_ID: source.clint_id: LH-0101: unknown key; is \
         `client_id` meant?",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn a_file_of_another_kind_or_none_is_refused() {
    let lines = report("project.json", "{}", &[]);
    assert_eq!(lines, ["project.json: LH-0104: its name ends neither in .yaml, .yml nor .toml"]);
    let mistakes = load(Path::new("/nowhere/project.yaml"), []).expect_err("no such file");
    assert!(mistakes.to_string().starts_with("/nowhere/project.yaml: LH-0104: cannot be read"));
}

mod csv_files {
    use super::*;

    fn with_csv(content: &[u8]) -> Result<Spec, Mistakes> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("boxes.csv"), content).expect("written");
        let inline = GOOD.find("mailboxes:").expect("the list");
        let text = format!("{}mailboxes_csv: boxes.csv\n", &GOOD[..inline]);
        load_text("p.yaml", &text, folder.path(), [])
    }

    fn lines(content: &str) -> Vec<String> {
        let mistakes = with_csv(content.as_bytes()).expect_err("mistakes");
        mistakes.to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_spreadsheet_with_mark_and_spaces_is_read() {
        let content = "\u{feff}source, destination ,batch\r\na@s.test, a@d.test,one\r\n\r\n\
             b@s.test,b@d.test,\r\n";
        let spec = with_csv(content.as_bytes()).expect("no mistakes");
        let batch = Some("one".to_owned());
        let pair = |name: &str, batch| Pair {
            source: format!("{name}@s.test"),
            destination: format!("{name}@d.test"),
            batch,
        };
        assert_eq!(spec.mailboxes, [pair("a", batch), pair("b", None)]);
    }

    #[test]
    fn each_bad_line_is_reported_with_its_number() {
        let content = "source,destination,batch\n\
             a@s.test,a@d.test,one\n\
             nonsense,b@d.test\n\
             a@s.test,c@d.test\n\
             d@s.test\n";
        let expected = [
            "boxes.csv:3: column source: LH-0102: not a mail address such as `user@contoso.com`",
            "boxes.csv:4: column source: LH-0106: this source address is already that of \
             boxes.csv:2",
            "boxes.csv:5: column destination: LH-0102: not a mail address such as \
             `user@contoso.com`",
        ];
        assert_eq!(lines(content), expected);
    }

    #[test]
    fn a_wrong_header_is_the_only_mistake() {
        let expected = [
            "boxes.csv:1: column destination: LH-0103: missing in the header, which must be \
             `source,destination,batch`",
            "boxes.csv:1: column dst: LH-0101: unknown key; known here: `source`, `destination`, \
             `batch`",
        ];
        assert_eq!(lines("source,dst\nx,y\n"), expected);
    }

    #[test]
    fn a_line_that_is_no_text_does_not_hide_the_next() {
        let content = b"source,destination\n\xff@s.test,a@d.test\nnonsense,b@d.test\n";
        let mistakes = with_csv(content).expect_err("mistakes");
        let text = mistakes.to_string();
        assert!(text.contains("boxes.csv:2: LH-0104: not valid UTF-8"), "{text}");
        assert!(text.contains("boxes.csv:3: column source: LH-0102"), "{text}");
    }

    #[test]
    fn a_missing_csv_is_a_mistake_of_the_key_that_names_it() {
        let inline = GOOD.find("mailboxes:").expect("the list");
        let text = format!("{}mailboxes_csv: none.csv\n", &GOOD[..inline]);
        let lines = report("p.yaml", &text, &[]);
        let start = "p.yaml:16: mailboxes_csv: LH-0104: none.csv cannot be read";
        assert!(lines.len() == 1 && lines[0].starts_with(start), "{lines:?}");
    }
}
