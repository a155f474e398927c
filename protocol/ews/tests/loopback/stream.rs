//! Items that pass as a stream.

use longhaul_core::code;
use longhaul_ews::{Class, ExportStream, ItemId, StreamError, limits};

use crate::support::{
    Service, encode, envelope, exported, failure, item, response, success, with_status,
};

async fn open(service: &Service) -> ExportStream {
    let stream = service.mailbox.export_stream(&ItemId::new("AAM=")).await;
    stream.expect("answered").expect("data")
}

/// The whole text of the stream, and its largest piece.
async fn drain(stream: &mut ExportStream) -> Result<(Vec<u8>, usize), StreamError> {
    let (mut all, mut largest) = (Vec::new(), 0);
    while let Some(piece) = stream.next_piece().await? {
        largest = largest.max(piece.len());
        all.extend_from_slice(&piece);
    }
    Ok((all, largest))
}

#[tokio::test]
async fn an_item_passes_in_small_pieces() {
    let whole = item(1_000_000);
    let service =
        Service::always(response("ExportItems", &[exported("respelt", &encode(&whole))])).await;
    let mut stream = open(&service).await;
    assert!(stream.report().is_none(), "nothing is known before the end");
    let (all, largest) = drain(&mut stream).await.expect("whole");
    assert_eq!(all, encode(&whole).into_bytes());
    assert!(largest <= limits::STREAM_CHUNK, "{largest}");
    assert_eq!(stream.id().id, "respelt");
    assert_eq!(stream.report().expect("checked").bytes, whole.len() as u64);
    assert!(stream.next_piece().await.expect("still ended").is_none());
}

#[tokio::test]
async fn an_item_that_is_refused_or_lacks_its_data_is_no_stream() {
    for (message, code) in [
        (failure("ExportItems", "ErrorItemNotFound"), code::ITEM_GONE),
        (success("ExportItems", "<m:ItemId Id=\"0\"/>"), code::MALFORMED_ANSWER),
    ] {
        let service = Service::always(response("ExportItems", &[message])).await;
        let stream = service.mailbox.export_stream(&ItemId::new("AAM=")).await;
        assert_eq!(stream.expect("answered").expect_err("no data").code(), code);
    }
}

#[tokio::test]
async fn a_damaged_item_fails_at_its_end_at_the_latest_and_stays_failed() {
    let whole = item(100_000);
    for (data, code) in [
        (encode(&whole[..whole.len() - 4]), code::BLOB_TRUNCATED),
        (format!("{}=== Truncated Data ===", &encode(&whole)[..100_000]), code::BLOB_TRUNCATED),
        (format!("{}!", encode(&whole)), code::BLOB_NOT_BASE64),
        (encode(&[9; 100]), code::BLOB_BROKEN),
    ] {
        let service = Service::always(response("ExportItems", &[exported("0", &data)])).await;
        let mut stream = open(&service).await;
        let error = drain(&mut stream).await.expect_err("damaged");
        assert_eq!((error.code(), error.class()), (code, Class::RetryItem));
        stream.next_piece().await.expect_err("it stays failed");
    }
}

#[tokio::test]
async fn an_answer_cut_behind_the_data_is_no_success() {
    let body = envelope(&response("ExportItems", &[exported("0", &encode(&item(10)))]));
    let cut = body[..body.find("</s:Body>").expect("its end")].to_owned();
    let service = Service::new(move |_, _| with_status(200, "text/xml", &cut)).await;
    let error = drain(&mut open(&service).await).await.expect_err("the answer is not whole");
    assert_eq!(error.class(), Class::Backoff);
}

#[tokio::test]
async fn a_second_item_in_the_answer_is_malformed() {
    let whole = encode(&item(10));
    let body = response("ExportItems", &[exported("0", &whole), exported("1", &whole)]);
    let service = Service::always(body).await;
    let error = drain(&mut open(&service).await).await.expect_err("it cannot be paired");
    assert_eq!(error.code(), code::MALFORMED_ANSWER);
}
