//! What is broken is refused, for the right reason.

use bytes::BufMut;
use proptest::prelude::*;

use super::round_trip::{blob, parse, rich};
use crate::fasttransfer::{
    Broken,
    layout::{PREAMBLE, VERSION, marker},
};
use crate::mapi::{Item, tags};

/// A blob around a hand-written stream.
fn wrap(stream: &[u8]) -> Vec<u8> {
    let mut blob = [&PREAMBLE[..], &VERSION].concat();
    for buffer in stream.chunks(31_680) {
        blob.put_u32_le(2);
        blob.put_u32_le(buffer.len() as u32);
        blob.put_slice(buffer);
    }
    blob
}

/// A message class, then what the caller adds.
fn stream(words: &[u32]) -> Vec<u8> {
    let mut stream = vec![0xB0, 0x84, 0x1A, 0x00, 4, 0, 0, 0, b'I', 0, 0, 0];
    words.iter().for_each(|word| stream.put_u32_le(*word));
    stream
}

fn refusal(words: &[u32]) -> Broken {
    parse(&wrap(&stream(words)), 1000).unwrap_err()
}

const RECIPIENTS: u32 = tags::MESSAGE_RECIPIENTS.0;
const ATTACHMENTS: u32 = tags::MESSAGE_ATTACHMENTS.0;
const NUMBER: u32 = tags::ATTACH_NUMBER.0;

#[test]
fn the_stream_of_these_tests_is_good_without_additions() {
    assert_eq!(parse(&wrap(&stream(&[])), 5).unwrap(), Item::of_class("I"));
    let markers = [marker::DELETE, RECIPIENTS, marker::DELETE, ATTACHMENTS];
    assert_eq!(parse(&wrap(&stream(&markers)), 5).unwrap(), Item::of_class("I"));
}

#[test]
fn every_cut_of_a_blob_is_refused() {
    let mut item = Item::of_class("IPM.Note");
    item.props.set(tags::SUBJECT, "cut");
    item.attachments = rich().attachments.split_off(1);
    let whole = blob(&item);
    for length in 0..whole.len() {
        let cut = &whole[..length];
        let mut parser = crate::fasttransfer::Parser::new();
        let result = parser.push(cut).and_then(|()| parser.finish());
        assert!(result.is_err(), "cut to {length} of {}", whole.len());
    }
}

#[test]
fn a_cut_at_a_record_border_is_refused() {
    let whole = blob(&rich());
    assert_eq!(parse(&whole[..62 + 31_688], 1000), Err(Broken::ShortValue));
    let open = [marker::NEW_ATTACH, NUMBER, 0];
    assert_eq!(refusal(&open), Broken::Unclosed);
    assert_eq!(refusal(&[marker::START_RECIP]), Broken::Unclosed);
}

#[test]
fn wrapper_mistakes_are_named() {
    let good = blob(&Item::of_class("IPM.Note"));
    let spoil = |at: usize, byte: u8| {
        let mut bad = good.clone();
        bad[at] = byte;
        parse(&bad, 9).unwrap_err()
    };
    assert_eq!(spoil(0, 2), Broken::Preamble);
    assert_eq!(spoil(24, 0), Broken::Preamble);
    assert_eq!(spoil(57, 0x0D), Broken::Version);
    assert_eq!(spoil(62, 3), Broken::Opcode(3));
    assert_eq!(spoil(68, 1), Broken::BufferLength(0x1_0000 + u32::from(good[66])));
    assert_eq!(parse(&good[..62], 9), Err(Broken::NoClass));
    assert_eq!(parse(&good[..40], 9), Err(Broken::Preamble));
    let truncated = [&good[..], b"=== Truncated Data ==="].concat();
    assert_eq!(parse(&truncated, 9), Err(Broken::Opcode(0x203D_3D3D)));
    assert_eq!(parse(&[&good[..], &[2, 0]].concat(), 9), Err(Broken::ShortRecord));
}

#[test]
fn order_of_parts_is_kept() {
    let late = [marker::DELETE, RECIPIENTS, 0x0017_0003, 1];
    assert_eq!(refusal(&late), Broken::Misplaced(0x0017_0003));
    let back = [marker::DELETE, ATTACHMENTS, marker::DELETE, RECIPIENTS];
    assert_eq!(refusal(&back), Broken::Marker(marker::DELETE));
    let twice = [marker::DELETE, RECIPIENTS, marker::DELETE, RECIPIENTS];
    assert_eq!(refusal(&twice), Broken::Marker(marker::DELETE));
    let recipient = [marker::DELETE, ATTACHMENTS, marker::START_RECIP];
    assert_eq!(refusal(&recipient), Broken::Marker(marker::START_RECIP));
}

#[test]
fn markers_out_of_place_are_named() {
    for marker in [
        marker::END_RECIP,
        marker::END_ATTACH,
        marker::END_EMBED,
        marker::START_EMBED,
        0x400C_0003,
        0x4009_0003,
        0x4018_0003,
    ] {
        assert_eq!(refusal(&[marker]), Broken::Marker(marker));
    }
    let crossed = [marker::START_RECIP, marker::END_ATTACH];
    assert_eq!(refusal(&crossed), Broken::Marker(marker::END_ATTACH));
}

#[test]
fn attachments_start_with_their_number() {
    assert_eq!(refusal(&[marker::NEW_ATTACH, 0x3705_0003, 1]), Broken::AttachNumber);
    assert_eq!(refusal(&[marker::NEW_ATTACH, marker::END_ATTACH]), Broken::AttachNumber);
}

#[test]
fn messages_need_a_class_inside_too() {
    let embedded =
        [marker::NEW_ATTACH, NUMBER, 0, marker::START_EMBED, marker::END_EMBED, marker::END_ATTACH];
    assert_eq!(refusal(&embedded), Broken::NoClass);
    let mut no_class = Vec::new();
    no_class.put_u32_le(0x0017_0003);
    no_class.put_u32_le(1);
    assert_eq!(parse(&wrap(&no_class), 9), Err(Broken::NoClass));
}

#[test]
fn values_of_impossible_form_are_named() {
    assert_eq!(refusal(&[0x0017_0003, 1, 0x0017_0003, 1]), Broken::Twice(0x0017_0003));
    assert_eq!(refusal(&[0x0017_00FE, 1]), Broken::Type(0x0017_00FE));
    assert_eq!(refusal(&[0x0029_000B, 2]), Broken::Value(0x0029_000B));
    assert_eq!(refusal(&[0x0037_84B0, 2, 0x0041]), Broken::Text(0x0037_84B0));
    assert_eq!(refusal(&[0x0037_84B0, 0]), Broken::Text(0x0037_84B0));
    assert_eq!(refusal(&[0x0017_0003]), Broken::ShortValue);
    assert_eq!(refusal(&[0x8001_0003, 0, 0, 0, 0, 7, 7]), Broken::NameKind(7));
}

#[test]
fn a_dn_prefix_is_skipped_at_the_very_start_only() {
    let mut old = vec![0xE4, 0x84, 0x08, 0x40, 3, 0, 0, 0, b'/', b'o', 0];
    old.extend(stream(&[]));
    assert_eq!(parse(&wrap(&old), 2).unwrap(), Item::of_class("I"));
    let mut late = stream(&[]);
    late.extend([0xE4, 0x84, 0x08, 0x40, 3, 0, 0, 0, b'/', b'o', 0]);
    assert_eq!(parse(&wrap(&late), 2), Err(Broken::Marker(0x4008_84E4)));
}

#[test]
fn messages_inside_messages_end_somewhere() {
    let level = [marker::NEW_ATTACH, NUMBER, 0, marker::START_EMBED];
    let words: Vec<u32> = level.iter().copied().cycle().take(4 * 100).collect();
    assert_eq!(refusal(&words), Broken::Depth);
}

proptest! {
    /// Whatever the bytes, the parser answers; what it accepts it writes back as a good blob.
    #[test]
    fn a_spoilt_byte_is_refused_or_harmless(at in 62_usize..2000, byte in any::<u8>()) {
        let mut item = rich();
        item.props.remove(tags::HTML);
        item.props.remove(tags::BODY);
        item.attachments.remove(0);
        let mut bytes = blob(&item);
        let at = 62 + (at - 62) % (bytes.len() - 62);
        bytes[at] = byte;
        if let Ok(item) = parse(&bytes, 100) {
            prop_assert_eq!(parse(&blob(&item), 100), Ok(item));
        }
    }
}
