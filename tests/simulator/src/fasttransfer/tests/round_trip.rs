//! What is written is read back equal.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use crate::fasttransfer::{Broken, Export, Parser, stream_length};
use crate::mapi::{
    Attachment, Content, Item, Key, PropertyName, Props, Style, Time, Value, sets, tags,
};

pub(super) fn blob(item: &Item) -> Vec<u8> {
    let export = Export::new(item);
    let len = export.len();
    let blob: Vec<u8> = export.flatten().collect();
    assert_eq!(blob.len() as u64, len, "stated length");
    blob
}

pub(super) fn parse(blob: &[u8], step: usize) -> Result<Item, Broken> {
    let mut parser = Parser::new();
    for piece in blob.chunks(step) {
        parser.push(piece)?;
    }
    parser.finish()
}

/// A message with one of everything.
pub(super) fn rich() -> Item {
    let mut inner = Item::of_class("IPM.Note");
    inner.attachments.push(Attachment::message("innermost", Item::of_class("IPM.Contact")));
    let mut item = Item::of_class("IPM.Note");
    item.props.set(tags::SUBJECT, "Zwölf 🛷 Boxkämpfer");
    item.props.set(tags::HTML, Value::Binary(Content::generated(Style::Text, 5, 100_000)));
    item.props.set(tags::BODY, "line\r\n".repeat(9000));
    item.props.set(PropertyName::text(sets::PUBLIC_STRINGS, "Keywords"), keywords());
    item.props.set(PropertyName::lid(sets::COMMON, 0x8503), true);
    item.recipients.push(Props::new().with(tags::RECIPIENT_TYPE, 1));
    item.attachments.push(Attachment::file("a.bin", Content::generated(Style::Data, 1, 70_000)));
    item.attachments.push(Attachment::message("inner", inner));
    item
}

fn keywords() -> Value {
    Value::Texts(vec!["blau".to_owned(), String::new(), "grün".to_owned()])
}

/// Section 6 of the protocol notes: an independent, hand-made blob.
const SAMPLE: &str = "AQAAAAgAAAAAAAAAAQAAAAMAAAAYAAAAAQAAAAcDAgAAAAAAwAAAAAAAAEYAJACABAAAAAYAAAAUD9aRhhcCAAAAIQEAAAMAFwABAAAAsIQaABIAAABJAFAA\
TQAuAE4AbwB0AGUAAACwhDcADAAAAEgAZQBsAGwAbwAAAEAAOQAAAOz2g0PbAUAABg4AAOz2g0PbAQMABw4BAAAAsIQAEAYAAABIAGkAAACwhDUQIAAAADwA\
YQBAAGMAbwBuAHQAbwBzAG8ALgBjAG8AbQA+AAAAsIQBgCkDAgAAAAAAwAAAAAAAAEYBWAAtAEQAZQBtAG8AAAAEAAAAdgAAAAMAFkANABIOAwADQAMAADAA\
AAAAAwAVDAEAAACwhAEwBAAAAEIAAACwhAIwCgAAAFMATQBUAFAAAACwhAMwHAAAAGIAQABjAG8AbgB0AG8AcwBvAC4AYwBvAG0AAAADAARAAwAWQA0AEw4=";

#[test]
fn the_hand_made_sample_is_read_and_written_to_the_byte() {
    let bytes = STANDARD.decode(SAMPLE).unwrap();
    let item = parse(&bytes, 7).unwrap();
    assert_eq!(item.class(), "IPM.Note");
    assert_eq!(item.props.text(tags::SUBJECT), Some("Hello"));
    assert!(item.is_read());
    let demo = PropertyName::text(sets::PUBLIC_STRINGS, "X-Demo");
    assert_eq!(item.props.text(demo), Some("v"));
    assert_eq!(item.recipients.len(), 1);
    assert_eq!(item.recipients[0].text(tags::EMAIL_ADDRESS), Some("b@contoso.com"));
    // The sample writes the recipient's properties in another order; apart from that it is ours.
    let ours = blob(&item);
    assert_eq!(ours.len(), bytes.len());
    assert_eq!(ours[..ours.len() - 140], bytes[..bytes.len() - 140]);
}

#[test]
fn a_rich_item_comes_back_equal_at_any_chunking() {
    let item = rich();
    let blob = blob(&item);
    for step in [1, 3, 8, 62, 31_687, 31_688, 31_689, blob.len()] {
        assert_eq!(parse(&blob, step).unwrap(), item, "pieces of {step}");
    }
}

#[test]
fn transfer_buffers_are_full_except_the_last() {
    let item = rich();
    let mut export = Export::new(&item);
    assert_eq!(export.next().unwrap().len(), 62);
    let buffers: Vec<Bytes> = export.collect();
    let (last, full) = buffers.split_last().unwrap();
    assert!(full.iter().all(|buffer| buffer.len() == 31_688));
    assert!((9..=31_688).contains(&last.len()));
    let stream = buffers.iter().map(|buffer| buffer.len() as u64 - 8).sum::<u64>();
    assert_eq!(stream, stream_length(&item));
}

#[test]
fn values_that_end_at_a_buffer_border_survive() {
    let around = stream_length(&padded(0));
    for extra in 0..12 {
        let length = 31_680 - around as usize - 6 + extra;
        let item = padded(length);
        assert_eq!(parse(&blob(&item), 31_688).unwrap(), item, "value of {length} bytes");
    }
}

fn padded(length: usize) -> Item {
    let mut item = Item::of_class("IPM.Note");
    item.props.set(tags::SEARCH_KEY, vec![7; length]);
    item
}

#[test]
fn generated_content_is_recognised_again() {
    let back = parse(&blob(&rich()), 1000).unwrap();
    assert!(matches!(back.props.get(tags::HTML), Some(Value::Binary(Content::Generated(_)))));
}

#[test]
fn content_that_only_starts_like_generated_is_kept_as_it_is() {
    let mut bytes = Content::generated(Style::Data, 9, 50_000).to_bytes().to_vec();
    bytes[40_000] ^= 1;
    let mut item = Item::of_class("IPM.Note");
    item.props.set(tags::HTML, bytes);
    for step in [1, 100, 31_688] {
        assert_eq!(parse(&blob(&item), step).unwrap(), item);
    }
}

#[test]
fn a_huge_item_is_written_and_read_without_holding_it() {
    let mut item = Item::of_class("IPM.Note");
    let huge = Content::generated(Style::Data, 77, 150 << 20);
    item.attachments.push(Attachment::file("huge.bin", huge));
    let mut parser = Parser::new();
    let mut len = 0;
    for chunk in Export::new(&item) {
        len += chunk.len() as u64;
        parser.push(&chunk).unwrap();
    }
    assert_eq!(len, Export::new(&item).len());
    assert_eq!(parser.finish().unwrap(), item);
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i16>().prop_map(Value::I16),
        any::<i32>().prop_map(Value::I32),
        any::<i64>().prop_map(Value::I64),
        any::<i64>().prop_map(Value::Currency),
        any::<bool>().prop_map(Value::Bool),
        (-1e9..1e9_f64).prop_map(Value::F64),
        (-1e9..1e9_f64).prop_map(Value::AppTime),
        (-1e9..1e9_f32).prop_map(Value::F32),
        any::<i64>().prop_map(|ticks| Value::Time(Time(ticks))),
        any::<[u8; 16]>().prop_map(|bytes| Value::Guid(Uuid::from_bytes(bytes))),
        ".{0,40}".prop_map(Value::Text),
        vec(any::<u8>(), 0..300).prop_map(Value::binary),
        vec(any::<u8>(), 0..300).prop_map(|bytes| Value::Object(bytes.into())),
        "[a-z]{0,9}\0".prop_map(|text| Value::Coded(0x84E4, text.into_bytes().into())),
        "[a-z]{0,9}\0".prop_map(|text| Value::Coded(0x001E, text.into_bytes().into())),
        vec(any::<i16>(), 0..5).prop_map(Value::I16s),
        vec(any::<i32>(), 0..5).prop_map(Value::I32s),
        vec(any::<i64>(), 0..5).prop_map(Value::I64s),
        vec(-1e9..1e9_f64, 0..5).prop_map(Value::F64s),
        vec(any::<i64>().prop_map(Time), 0..5).prop_map(Value::Times),
        vec(any::<[u8; 16]>().prop_map(Uuid::from_bytes), 0..5).prop_map(Value::Guids),
        vec(".{0,20}", 0..5).prop_map(Value::Texts),
        vec(vec(any::<u8>(), 0..50).prop_map(Bytes::from), 0..5).prop_map(Value::Binaries),
    ]
}

fn any_key() -> impl Strategy<Value = Key> {
    prop_oneof![
        (0x0100_u16..0x0C00).prop_map(Key::Id),
        (any::<[u8; 16]>(), any::<u32>()).prop_map(|(set, lid)| PropertyName::lid(
            Uuid::from_bytes(set),
            lid
        )
        .into()),
        (any::<[u8; 16]>(), "[^\0]{1,20}").prop_map(|(set, name)| PropertyName::text(
            Uuid::from_bytes(set),
            &name
        )
        .into()),
    ]
}

fn any_props() -> impl Strategy<Value = Props> {
    vec((any_key(), any_value()), 0..12).prop_map(|list| {
        let mut props = Props::new();
        for (key, value) in list {
            props.set(key, value);
        }
        props
    })
}

fn any_item() -> impl Strategy<Value = Item> {
    let plain = (any_props(), vec(any_props(), 0..3)).prop_map(|(mut props, recipients)| {
        props.set(tags::MESSAGE_CLASS, "IPM.Note");
        Item { props, recipients, attachments: Vec::new() }
    });
    plain.prop_recursive(3, 12, 3, |inner| {
        let attachment = (any_props(), proptest::option::of(inner.clone()))
            .prop_map(|(props, embedded)| Attachment { props, embedded: embedded.map(Box::new) });
        (inner, vec(attachment, 0..3)).prop_map(|(mut item, attachments)| {
            item.attachments = attachments;
            item
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_item_comes_back_equal(item in any_item(), step in 1_usize..500) {
        prop_assert_eq!(parse(&blob(&item), step).unwrap(), item);
    }
}
