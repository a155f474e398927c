//! Generated content and times.

use super::{Content, GENERATED_HEADER, Generated, Item, Style, Time, Value, tags};

#[test]
fn generated_content_reads_the_same_in_any_pieces() {
    for style in [Style::Data, Style::Text] {
        let content = Content::generated(style, 7, 1000);
        let whole = content.to_bytes();
        assert_eq!(whole.len(), 1000);
        for size in [1, 7, 61, 62, 63, 64, 333] {
            let mut joined = Vec::new();
            while joined.len() < 1000 {
                joined.extend_from_slice(&content.read(joined.len() as u64, size));
            }
            assert_eq!(joined, whole, "pieces of {size}");
        }
    }
}

#[test]
fn generated_content_describes_itself() {
    let content = Content::generated(Style::Text, 42, 500);
    let recipe = Generated::from_header(&content.to_bytes());
    assert_eq!(recipe, Some(Generated { style: Style::Text, seed: 42, len: 500 }));
    assert_eq!(Generated::from_header(&content.to_bytes()[..GENERATED_HEADER - 1]), None);
    let mut spoiled = content.to_bytes().to_vec();
    spoiled[30] = b'Z';
    assert_eq!(Generated::from_header(&spoiled), None);
}

#[test]
fn short_generated_content_is_inline_and_differs_by_seed() {
    let one = Content::generated(Style::Data, 1, 20);
    assert!(matches!(one, Content::Inline(_)));
    assert_ne!(one, Content::generated(Style::Data, 2, 20));
    assert_eq!(one.len(), 20);
}

#[test]
fn hash_of_generated_content_is_that_of_its_bytes() {
    let content = Content::generated(Style::Data, 3, 200_000);
    let inline = Content::Inline(content.to_bytes());
    assert_eq!(content.sha256(), inline.sha256());
}

#[test]
fn times_survive_the_way_to_a_timestamp_and_back() {
    for time in [Time::from_unix_seconds(0), Time(132_000_000_123_456_789), Time(1)] {
        assert_eq!(Time::from_timestamp(time.to_timestamp()), time);
    }
    assert_eq!(Time::from_unix_seconds(0).0, 116_444_736_000_000_000);
}

#[test]
fn a_class_is_known_in_any_kind_of_string() {
    let mut item = Item::of_class("IPM.Note");
    assert_eq!(item.class(), "IPM.Note");
    let narrow = Value::Coded(0x84E4, b"IPM.Task\0".to_vec().into());
    item.props.set(tags::MESSAGE_CLASS, narrow);
    assert_eq!(item.class(), "IPM.Task");
    assert_eq!(Item::default().class(), "");
}
