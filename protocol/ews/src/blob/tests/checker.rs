//! The check of records and stream.

use longhaul_core::Timestamp;
use proptest::prelude::*;

use super::sample::{PROLOGUE, Stream, bytes, nested, stream, wrap};
use crate::blob::{Checker, Error, Report};

/// Checks `blob` cut after every `step` bytes.
fn check(blob: &[u8], step: usize) -> Result<Report, Error> {
    let mut checker = Checker::new();
    for piece in blob.chunks(step.max(1)) {
        checker.push(piece)?;
    }
    checker.finish()
}

#[test]
fn the_sample_is_whole() {
    let report = check(&bytes(), 1000).expect("whole");
    // 1 December 2024, midnight.
    let sent = Some(Timestamp(1_733_011_200_000));
    assert_eq!(
        report,
        Report {
            bytes: 359,
            message_class: Some("IPM.Note".into()),
            delivered: sent,
            submitted: sent,
            read: Some(true),
            content: report.content,
            suspect: false,
            opaque: false,
        }
    );
}

#[test]
fn every_cut_of_the_sample_is_noticed() {
    let blob = bytes();
    for end in 0..blob.len() {
        let verdict = check(&blob[..end], 1000);
        assert!(matches!(verdict, Err(Error::Truncated(_))), "cut at {end}: {verdict:?}");
    }
}

#[test]
fn every_cut_of_a_stream_at_a_record_border_is_noticed_or_suspect() {
    for whole in [stream(), nested().0] {
        for end in 0..whole.len() {
            match check(&wrap(&whole[..end], 50), 1000) {
                Ok(report) => {
                    assert!(report.suspect || end >= second_separator_end(&whole), "{end}")
                }
                Err(error) => assert!(matches!(error, Error::Truncated(_)), "{end}: {error:?}"),
            }
        }
    }
}

/// Where a stream's own second separator ends; after it, an attachment that is missing as a
/// whole cannot be noticed.
fn second_separator_end(stream: &[u8]) -> usize {
    let separator = Stream::default().second_separator().0;
    let at = stream.windows(separator.len()).position(|window| window == separator);
    at.map_or(usize::MAX, |at| at + separator.len())
}

#[test]
fn values_may_cross_buffers() {
    for buffer in 1..40 {
        let report = check(&wrap(&stream(), buffer), 7).expect("whole");
        assert_eq!(report.message_class.as_deref(), Some("IPM.Note"), "buffers of {buffer}");
    }
}

#[test]
fn nested_messages_are_followed_and_only_the_outer_class_counts() {
    let inner_class = Stream::default()
        .separators()
        .marker(0x4000_0003)
        .number(0x0E21, 0)
        .marker(0x4001_0003)
        .wide(0x001A, "IPM.Appointment")
        .marker(0x4002_0003)
        .marker(0x400E_0003);
    assert_eq!(check(&inner_class.blob(), 9).expect("whole").message_class, None);
    assert!(!check(&nested().blob(), 9).expect("whole").suspect);
}

#[test]
fn a_message_without_its_second_separator_is_suspect() {
    let stream = Stream::default().wide(0x001A, "IPM.Note").first_separator();
    let report = check(&stream.blob(), 9).expect("whole");
    assert!(report.suspect && !report.opaque);
}

#[test]
fn an_unknown_type_makes_the_rest_opaque_but_records_still_count() {
    let stream = Stream::default().wide(0x001A, "IPM.Note").tag(0x0001, 0x6000).raw(&[7; 100]);
    let blob = stream.blob();
    let report = check(&blob, 9).expect("its records are whole");
    assert!(report.opaque && !report.suspect);
    assert_eq!(report.message_class.as_deref(), Some("IPM.Note"));
    check(&blob[..blob.len() - 1], 9).expect_err("its last record is cut");
}

#[test]
fn every_type_is_measured() {
    let stream = Stream::default()
        .tag(0x0002, 0x6001)
        .raw(&[0; 2])
        .tag(0x000B, 0x6002)
        .raw(&[0; 2])
        .tag(0x0004, 0x6003)
        .raw(&[0; 4])
        .tag(0x0005, 0x6004)
        .raw(&[0; 8])
        .tag(0x0006, 0x6005)
        .raw(&[0; 8])
        .tag(0x0007, 0x6006)
        .raw(&[0; 8])
        .tag(0x0014, 0x6007)
        .raw(&[0; 8])
        .tag(0x0048, 0x6008)
        .raw(&[0; 16])
        .tag(0x0102, 0x6009)
        .sized(&[1, 2, 3])
        .tag(0x000D, 0x600A)
        .sized(&[1])
        .narrow(0x001E, 0x600B, b"abc")
        .narrow(0x84E4, 0x600C, b"abc")
        // Code page 20866: its number has the multi-value bit.
        .narrow(0xD182, 0x600D, b"abc")
        .tag(0x1003, 0x600E)
        .raw(&2_u32.to_le_bytes())
        .raw(&[0; 8])
        .tag(0x1003, 0x600F)
        .raw(&0_u32.to_le_bytes())
        .tag(0x1102, 0x6010)
        .raw(&2_u32.to_le_bytes())
        .sized(&[1])
        .sized(&[])
        .tag(0x101F, 0x6011)
        .raw(&1_u32.to_le_bytes())
        .sized(&[65, 0, 0, 0])
        .tag(0x94B0, 0x6012)
        .raw(&2_u32.to_le_bytes())
        .sized(&[65, 0, 0, 0])
        .sized(&[0, 0])
        .tag(0x101F, 0x6013)
        .raw(&0_u32.to_le_bytes())
        .separators();
    let report = check(&stream.blob(), 5).expect("whole");
    assert!(!report.opaque && !report.suspect);
}

#[test]
fn one_string_of_the_doubtful_type_is_not_taken_for_a_damaged_list() {
    let units: Vec<u8> = "IPM.Note\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let stream = Stream::default().tag(0x94B0, 0x600C).sized(&units).separators();
    assert!(check(&stream.blob(), 5).expect("its records are whole").opaque);
}

#[test]
fn what_breaks_the_format_is_refused() {
    let broken = |stream: Stream, why: &str| {
        assert!(matches!(check(&stream.blob(), 11), Err(Error::Broken(_))), "{why}");
    };
    let new = Stream::default;
    broken(new().marker(0x4004_0003), "an end without a start");
    broken(new().marker(0x4003_0003).marker(0x400E_0003), "markers that do not pair");
    broken(new().marker(0x4003_0003).marker(0x4000_0003), "an attachment in a recipient");
    broken(new().marker(0x4000_0003).wide(0x3704, "a"), "an attachment without a number");
    broken(new().marker(0x400C_0003), "a marker of folders");
    broken(new().marker(0x4016_0003).marker(0x1234_0003), "an unknown separator");
    broken(new().tag(0x84B0, 0x0037).sized(&[1, 2, 3]), "an odd text");
    broken(new().tag(0x0003, 0x8001).raw(&[9; 17]), "a name of an unknown kind");
    broken(new().tag(0x0003, 0x8001).raw(&[0; 16]).raw(&[1; 900]), "a name without end");
}

#[test]
fn a_wrapper_with_other_records_is_refused() {
    let whole = bytes();
    let refuses = |at: usize, byte: u8, why: &str| {
        let mut blob = whole.clone();
        blob[at] = byte;
        assert!(matches!(check(&blob, 13), Err(Error::Broken(_))), "{why}");
    };
    refuses(0, 3, "the configuration has to come first");
    refuses(4, 9, "the configuration has eight bytes");
    refuses(12, 2, "the transfer method is CopyTo");
    refuses(16, 2, "the interface has to come second");
    refuses(28, 9, "the interface is a message's");
    refuses(57, 0x0D, "no server before 2010 exports");
    refuses(PROLOGUE, 7, "an unknown opcode");
    refuses(PROLOGUE, 1, "a configuration in the middle");
}

#[test]
fn an_empty_item_or_stream_is_truncated() {
    assert!(matches!(check(&[], 1), Err(Error::Truncated(_))));
    assert!(matches!(check(&wrap(&[], 1), 1), Err(Error::Truncated(_))));
    let mut empty_buffer = wrap(&[], 1);
    empty_buffer.extend([2, 0, 0, 0, 0, 0, 0, 0]);
    assert!(matches!(check(&empty_buffer, 1), Err(Error::Truncated(_))));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(noise: Vec<u8>, step in 1_usize..64) {
        let _ = check(&noise, step);
        let _ = check(&wrap(&noise, 31), step);
    }

    #[test]
    fn any_pieces_give_the_same_verdict(
        at in 0_usize..359,
        byte: u8,
        end in 0_usize..=359,
        step in 1_usize..64,
    ) {
        let mut blob = bytes();
        blob[at] = byte;
        blob.truncate(end);
        prop_assert_eq!(check(&blob, step), check(&blob, 1000));
    }

    #[test]
    fn any_buffers_give_the_same_verdict(
        at in 0_usize..200,
        byte: u8,
        buffer in 1_usize..64,
    ) {
        let mut damaged = nested().0;
        let at = at % damaged.len();
        damaged[at] = byte;
        let strip = |report: Result<Report, Error>| report.map(|report| Report { bytes: 0, ..report });
        prop_assert_eq!(
            strip(check(&wrap(&damaged, buffer), 5)),
            strip(check(&wrap(&damaged, 10_000), 1000))
        );
    }
}
