//! Exports of batches, whole and damaged.

use longhaul_core::code;
use longhaul_ews::blob::Base64Text;
use longhaul_ews::blob::canonical::diff;
use longhaul_ews::{Class, Executed, ItemId};

use crate::support::{
    Service, encode, envelope, exported, failure, item, response, success, with_status,
};

fn ids(count: usize) -> Vec<ItemId> {
    (0..count).map(|number| ItemId::new(format!("AAM{number}="))).collect()
}

#[tokio::test]
async fn items_are_decoded_checked_and_paired_by_position() {
    let messages = [
        exported("respelt-0", &encode(&item(10))),
        failure("ExportItems", "ErrorItemNotFound"),
        exported("respelt-2", &encode(&item(100_000))),
    ];
    let service = Service::always(response("ExportItems", &messages)).await;
    let items = service.mailbox.export(&ids(3)).await.expect("answered");
    let first = items[0].as_ref().expect("exported");
    assert_eq!((first.id.id.as_str(), &first.data), ("respelt-0", &Base64Text::encode(&item(10))));
    assert_eq!(first.report.message_class.as_deref(), Some("IPM.Note"));
    assert_eq!(items[1].as_ref().expect_err("gone").class(), Class::Vanished);
    let last = items[2].as_ref().expect("exported");
    assert_eq!(last.data, Base64Text::encode(&item(100_000)));
    assert!(format!("{last:?}").len() < 1000, "content does not print");
}

#[tokio::test]
async fn a_damaged_item_does_not_take_the_others_with_it() {
    let whole = item(10);
    let messages = [
        exported("0", &encode(&whole[..whole.len() - 5])),
        exported("1", "!!!!"),
        exported("2", &encode(b"no records at all")),
        exported("3", &format!("{}=== Truncated Data ===", &encode(&whole)[..50])),
        exported("4", ""),
        success("ExportItems", "<m:ItemId Id=\"5\"/>"),
        success("ExportItems", &format!("<m:Data>{}</m:Data>", encode(&whole))),
        exported("7", &encode(&whole)),
    ];
    let service = Service::always(response("ExportItems", &messages)).await;
    let items = service.mailbox.export(&ids(8)).await.expect("answered");
    let codes: Vec<_> = items.iter().map(|item| item.as_ref().map_err(|e| e.code())).collect();
    for (at, code) in [
        (0, code::BLOB_TRUNCATED),
        (1, code::BLOB_NOT_BASE64),
        (2, code::BLOB_BROKEN),
        (3, code::BLOB_TRUNCATED),
        (4, code::BLOB_TRUNCATED),
        (5, code::MALFORMED_ANSWER),
        (6, code::MALFORMED_ANSWER),
    ] {
        assert_eq!(codes[at], Err(code), "item {at}");
        assert_eq!(items[at].as_ref().expect_err("damaged").class(), Class::RetryItem);
    }
    assert_eq!(items[7].as_ref().expect("whole").data, Base64Text::encode(&whole));
}

#[tokio::test]
async fn a_mark_of_truncation_that_breaks_the_answer_is_known_as_such() {
    let body = envelope(&response("ExportItems", &[exported("0", "AQAAAAgA")]));
    let at = body.find("</m:Data>").expect("its data");
    for tail in ["=== Truncated Data ===", "</m:Data>=== Truncated Data ==="] {
        let cut = format!("{}{tail}", &body[..at]);
        let service = Service::new(move |_, _| with_status(200, "text/xml", &cut)).await;
        let error = service.mailbox.export(&ids(1)).await.expect_err("cut");
        assert_eq!((error.code(), error.class()), (code::BLOB_TRUNCATED, Class::RetryItem));
    }
}

#[tokio::test]
async fn a_count_that_does_not_match_is_malformed() {
    let whole = encode(&item(1));
    let body = response("ExportItems", &[exported("0", &whole), exported("1", &whole)]);
    let service = Service::always(body).await;
    for count in [1, 3] {
        let error = service.mailbox.export(&ids(count)).await.expect_err("cannot pair");
        assert_eq!(error.code(), code::MALFORMED_ANSWER);
    }
}

#[tokio::test]
async fn an_item_beyond_the_memory_of_its_batch_is_given_back() {
    // 34 MB of UTF-16 each: two do not fit into one batch.
    let big = encode(&item(17_000_000));
    let body = response(
        "ExportItems",
        &[exported("0", &big), exported("1", &big), exported("2", &encode(&item(10)))],
    );
    let service = Service::always(body).await;
    let items = service.mailbox.export(&ids(3)).await.expect("answered");
    items[0].as_ref().expect("the first fits");
    let second = items[1].as_ref().expect_err("the second does not");
    assert_eq!((second.code(), second.class()), (code::TOO_LARGE, Class::RetryItem));
    assert_eq!(second.executed(), Executed::No);
    items[2].as_ref().expect("a small one fits again");
}

#[tokio::test]
async fn items_are_compared_by_meaning() {
    let body = response(
        "ExportItems",
        &[
            exported("0", &encode(&item(10))),
            exported("1", &encode(&item(10))),
            exported("2", &encode(&item(11))),
            failure("ExportItems", "ErrorItemNotFound"),
        ],
    );
    let service = Service::always(body).await;
    let items = service.mailbox.canonical(&ids(4)).await.expect("answered");
    let of = |at: usize| items[at].as_ref().expect("whole");
    assert!(diff(of(0), of(1)).is_empty());
    assert_eq!(diff(of(0), of(2)), ["0x0037"]);
    assert_eq!(items[3].as_ref().expect_err("gone").class(), Class::Vanished);
}
