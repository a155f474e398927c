//! Reading files.

use std::{fs, path::Path, sync::Arc};

use uuid::Uuid;

use super::eml::Unreadable;
use super::{eml, fill};
use crate::fasttransfer::{Export, Parser};
use crate::mailbox::{Mailbox, Options};
use crate::mapi::{Item, Time, Value, tags};

const MESSAGE: &str = "\
From: \"Gr\u{fc}n, Abolin\" <abolin@north.example>\r\n\
Sender: office@north.example\r\n\
To: Team: one@south.example, Two <two@south.example>;\r\n\
Cc: three@south.example\r\n\
Subject: Re: =?utf-8?q?Stra=C3=9Fe?=\r\n\
Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n\
Message-ID: <one@north.example>\r\n\
In-Reply-To: <zero@south.example>\r\n\
References: <a@south.example> <zero@south.example>\r\n\
Importance: High\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=outer\r\n\
\r\n\
--outer\r\n\
Content-Type: multipart/related; boundary=related\r\n\
\r\n\
--related\r\n\
Content-Type: multipart/alternative; boundary=inner\r\n\
\r\n\
--inner\r\n\
Content-Type: text/plain; charset=iso-8859-1\r\n\
Content-Transfer-Encoding: quoted-printable\r\n\
\r\n\
plain =E4\r\n\
--inner\r\n\
Content-Type: text/html\r\n\
\r\n\
<p>rich <img src=\"cid:pic\"></p>\r\n\
--inner--\r\n\
--related\r\n\
Content-Type: image/png; name=pic.png\r\n\
Content-ID: <pic>\r\n\
Content-Disposition: inline\r\n\
Content-Transfer-Encoding: base64\r\n\
\r\n\
AAEC\r\n\
--related--\r\n\
--outer\r\n\
Content-Type: message/rfc822\r\n\
\r\n\
From: inner@north.example\r\n\
Subject: inside\r\n\
Content-Type: multipart/mixed; boundary=deep\r\n\
\r\n\
--deep\r\n\
Content-Type: application/octet-stream; name=\"deep.bin\"\r\n\
Content-Disposition: attachment; filename=\"deep.bin\"\r\n\
\r\n\
data\r\n\
--deep--\r\n\
--outer--\r\n";

fn bytes(value: Option<&Value>) -> Vec<u8> {
    value.and_then(Value::as_content).unwrap().to_bytes().to_vec()
}

#[test]
fn envelope_and_people_are_read() {
    let item = eml(MESSAGE.as_bytes()).unwrap();
    let text = |tag| item.props.text(tag).unwrap();
    assert_eq!(text(tags::SUBJECT), "Re: Straße");
    assert_eq!(text(tags::NORMALIZED_SUBJECT), "Straße");
    assert_eq!(text(tags::SUBJECT_PREFIX), "Re: ");
    assert_eq!(text(tags::INTERNET_MESSAGE_ID), "<one@north.example>");
    assert_eq!(text(tags::IN_REPLY_TO), "<zero@south.example>");
    assert_eq!(text(tags::INTERNET_REFERENCES), "<a@south.example> <zero@south.example>");
    assert_eq!(text(tags::SENDER_ADDRESS), "office@north.example");
    assert_eq!(text(tags::SENT_REPRESENTING_NAME), "Grün, Abolin");
    assert_eq!(text(tags::DISPLAY_TO), "one@south.example; Two");
    assert!(text(tags::TRANSPORT_HEADERS).ends_with("boundary=outer\r\n\r\n"));
    assert_eq!(item.props.integer(tags::IMPORTANCE), Some(2));
    let sent = Time::from_unix_seconds(1_700_000_000);
    assert_eq!(item.props.time(tags::SUBMIT_TIME), Some(sent));
    assert_eq!(item.props.time(tags::DELIVERY_TIME), Some(sent));
    let kinds: Vec<_> = item.recipients.iter().map(|r| r.integer(tags::RECIPIENT_TYPE)).collect();
    assert_eq!(kinds, [Some(1), Some(1), Some(2)]);
    assert!(item.is_read());
}

#[test]
fn bodies_and_attachments_are_all_there() {
    let item = eml(MESSAGE.as_bytes()).unwrap();
    assert_eq!(item.props.text(tags::BODY), Some("plain ä"));
    let html = bytes(item.props.get(tags::HTML));
    assert!(String::from_utf8(html).unwrap().contains("cid:pic"));
    let [picture, inside] = &item.attachments[..] else { panic!("{:?}", item.attachments) };
    assert_eq!(picture.props.text(tags::ATTACH_CONTENT_ID), Some("pic"));
    assert_eq!(picture.props.text(tags::ATTACH_MIME_TAG), Some("image/png"));
    assert_eq!(picture.props.text(tags::ATTACH_LONG_FILENAME), Some("pic.png"));
    assert_eq!(bytes(picture.props.get(tags::ATTACH_DATA)), [0, 1, 2]);
    let inside = inside.embedded.as_ref().unwrap();
    assert_eq!(inside.props.text(tags::SUBJECT), Some("inside"));
    assert_eq!(inside.attachments[0].props.text(tags::ATTACH_EXTENSION), Some(".bin"));
    assert_eq!(bytes(inside.attachments[0].props.get(tags::ATTACH_DATA)), b"data");
}

#[test]
fn what_is_no_message_is_refused_with_the_reason() {
    assert_eq!(eml(b""), Err(Unreadable::Empty));
    assert_eq!(eml(b" \r\n\r\n"), Err(Unreadable::Empty));
    assert_eq!(eml(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Err(Unreadable::NoHeader));
    assert_eq!(eml(b"just some words\nin lines\n"), Err(Unreadable::NoHeader));
}

#[test]
fn drafts_are_known_by_their_header() {
    let item = eml(b"Subject: later\r\nX-Unsent: 1\r\n\r\nhello\r\n").unwrap();
    assert_eq!(item.props.integer(tags::MESSAGE_FLAGS), Some(9));
}

fn mailbox() -> Mailbox {
    Mailbox::new(Options {
        guid: Uuid::from_u128(5),
        locale: "en-US".to_owned(),
        archive: false,
        quota: None,
        max_item_size: u64::MAX,
        clock: Arc::new(|| Time::from_unix_seconds(1_700_000_000)),
    })
}

#[test]
fn directories_become_folders_and_bad_files_are_named() {
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("a.eml", "Subject: one\r\n\r\n");
    write("b.txt", "Subject: not looked at\r\n\r\n");
    write("c.EML", "nothing");
    write("drafts/d.eml", "Subject: two\r\n\r\n");
    write("Own/Below/e.eml", "Subject: three\r\n\r\n");
    let mut mailbox = mailbox();
    let report = fill(&mut mailbox, root.path()).unwrap();
    assert_eq!(report.seeded, 3);
    assert_eq!(report.unreadable, [(root.path().join("c.EML"), Unreadable::NoHeader.to_string())]);
    let count = |mailbox: &Mailbox, id| mailbox.folder(id).unwrap().counts.items;
    assert_eq!(count(&mailbox, mailbox.distinguished("inbox").unwrap()), 1);
    assert_eq!(count(&mailbox, mailbox.distinguished("drafts").unwrap()), 1);
    let top = mailbox.distinguished("msgfolderroot").unwrap();
    let own = mailbox.find_child(top, "own").unwrap();
    let below = mailbox.find_child(own, "Below").unwrap();
    assert_eq!(count(&mailbox, below), 1);
    assert!(fill(&mut mailbox, Path::new("no such directory")).is_err());
}

/// Real files, if there are any at hand.
#[test]
fn every_file_of_the_corpus_is_seeded_or_named_and_survives_its_blob() {
    let Some(corpus) = std::env::var_os("LONGHAUL_CORPUS") else {
        println!("skipped: LONGHAUL_CORPUS is not set");
        return;
    };
    let mut mailbox = mailbox();
    let report = fill(&mut mailbox, Path::new(&corpus)).unwrap();
    println!("{} files seeded, {} unreadable", report.seeded, report.unreadable.len());
    for (path, reason) in &report.unreadable {
        println!("{}: {reason}", path.display());
    }
    assert!(report.seeded > 0);
    let top = mailbox.distinguished("msgfolderroot").unwrap();
    let folders = mailbox.children(top, true, 0, usize::MAX).unwrap().entries;
    let mut checked = 0;
    for id in folders.iter().flat_map(|folder| mailbox.item_ids(folder.id).unwrap()) {
        let item: Item = mailbox.item(id).unwrap().item.as_ref().clone();
        let mut parser = Parser::new();
        for chunk in Export::new(&item) {
            parser.push(&chunk).unwrap();
        }
        assert_eq!(parser.finish().unwrap(), item);
        checked += 1;
    }
    assert_eq!(checked, report.seeded);
}
