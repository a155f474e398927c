//! Comparison by meaning.

use super::sample::{Stream, bytes, nested};
use crate::blob::canonical::{Canonical, Collector, diff};

fn canonical(blob: &[u8]) -> Canonical {
    let mut collector = Collector::new();
    for piece in blob.chunks(3) {
        collector.push(piece).expect("follows the format");
    }
    collector.finish().expect("whole")
}

fn of(stream: &Stream) -> Canonical {
    canonical(&stream.blob())
}

#[test]
fn properties_are_named_by_path() {
    let sample = canonical(&bytes());
    let paths: Vec<&str> = sample.paths().collect();
    assert_eq!(
        paths,
        [
            "0x0017",
            "0x001A",
            "0x0037",
            "0x0039",
            "0x0E06",
            "0x0E07",
            "0x1000",
            "0x1035",
            "recipient[0]",
            "recipient[0]/0x0C15",
            "recipient[0]/0x3001",
            "recipient[0]/0x3002",
            "recipient[0]/0x3003",
            "{00020329-0000-0000-c000-000000000046}/X-Demo",
        ]
    );
    assert!(of(&nested()).paths().any(|path| path == "attachment[0]/message/recipient[0]/0x3001"));
}

#[test]
fn an_item_equals_itself_and_a_change_is_named() {
    let whole = bytes();
    let mut changed = whole.clone();
    let subject = whole.windows(4).position(|w| w == [b'H', 0, b'e', 0]).expect("its subject");
    changed[subject] = b'J';
    assert_eq!(diff(&canonical(&whole), &canonical(&whole)), Vec::<String>::new());
    assert_eq!(diff(&canonical(&whole), &canonical(&changed)), ["0x0037"]);
}

#[test]
fn texts_are_equal_whatever_their_code_page() {
    let wide = Stream::default().wide(0x0037, "Grüße").separators();
    let western = Stream::default().narrow(0x84E4, 0x0037, b"Gr\xFC\xDFe").separators();
    let utf8 = Stream::default().narrow(0xFDE9, 0x0037, "Grüße".as_bytes()).separators();
    let unicode = Stream::default()
        .tag(0x001F, 0x0037)
        .sized(&"Grüße\0".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
        .separators();
    for other in [&western, &utf8, &unicode] {
        assert_eq!(diff(&of(&wide), &of(other)), Vec::<String>::new());
    }
    let other_text = Stream::default().wide(0x0037, "Grüsse").separators();
    assert_eq!(diff(&of(&wide), &of(&other_text)), ["0x0037"]);
}

#[test]
fn lists_of_texts_keep_their_borders() {
    let list = |parts: &[&[u8]]| {
        let head = Stream::default().tag(0x101F, 0x6001);
        let count = u32::try_from(parts.len()).expect("few");
        let all = parts.iter().fold(head.raw(&count.to_le_bytes()), |s, part| s.sized(part));
        of(&all.separators())
    };
    let (a, b, ab) = ([65, 0, 0, 0], [66, 0, 0, 0], [65, 0, 66, 0, 0, 0]);
    assert_eq!(diff(&list(&[&a, &b]), &list(&[&ab])), ["0x6001"]);
    assert!(diff(&list(&[&a, &b]), &list(&[&a, &b])).is_empty());
}

#[test]
fn what_the_service_renews_is_left_out() {
    let item = |id: u32| {
        of(&Stream::default()
            .number(0x0E08, id)
            .tag(0x0040, 0x3007)
            .raw(&u64::from(id).to_le_bytes())
            .tag(0x0102, 0x65E0)
            .sized(&id.to_le_bytes())
            .first_separator()
            .marker(0x4003_0003)
            .number(0x3000, id)
            .wide(0x3001, "B")
            .marker(0x4004_0003)
            .second_separator()
            .marker(0x4000_0003)
            .number(0x0E21, id)
            .number(0x0E20, id)
            .marker(0x400E_0003))
    };
    assert_eq!(diff(&item(1), &item(2)), Vec::<String>::new());
}

#[test]
fn a_lost_recipient_or_attachment_is_named() {
    let with = nested();
    let without = Stream::default().wide(0x001A, "IPM.Note").separators();
    let differences = diff(&of(&with), &of(&without));
    assert!(differences.contains(&"attachment[0]".to_owned()), "{differences:?}");
}

#[test]
fn the_number_of_a_named_property_does_not_count() {
    let named = |id: u16| {
        let stream = Stream::default().tag(0x0003, id).raw(&[5; 16]).raw(&[0]);
        of(&stream.raw(&0x8501_u32.to_le_bytes()).raw(&[1, 0, 0, 0]).separators())
    };
    assert!(diff(&named(0x8001), &named(0x8F00)).is_empty());
}

#[test]
fn an_opaque_item_is_never_equal() {
    let opaque = of(&Stream::default().tag(0x0001, 0x6000).raw(&[7; 9]));
    assert_eq!(diff(&opaque, &opaque.clone()), ["opaque"]);
}
