//! The digest by which a copy is known.

use std::num::NonZeroU32;

use super::sample::{Stream, bytes, nested};
use crate::blob::{Checker, Report};

fn report(blob: &[u8], step: usize) -> Report {
    let mut checker = Checker::new();
    for piece in blob.chunks(step) {
        checker.push(piece).expect("follows the format");
    }
    checker.finish().expect("whole")
}

fn digest(stream: &Stream) -> NonZeroU32 {
    report(&stream.blob(), 1000).content.expect("followed to its end")
}

#[test]
fn it_does_not_depend_on_how_the_item_is_cut() {
    for blob in [bytes(), nested().blob()] {
        let whole = report(&blob, blob.len()).content;
        for step in 1..60 {
            assert_eq!(report(&blob, step).content, whole, "in pieces of {step}");
        }
    }
}

#[test]
fn the_order_of_properties_and_what_is_renewed_do_not_count_and_a_value_does() {
    let item = || Stream::default().wide(0x0037, "Hello").number(0x0017, 1);
    let same = Stream::default().number(0x0017, 1).number(0x0E08, 4711).wide(0x0037, "Hello");
    assert_eq!(digest(&item().separators()), digest(&same.separators()));
    let other = Stream::default().wide(0x0037, "Hallo").number(0x0017, 1).separators();
    assert_ne!(digest(&item().separators()), digest(&other));
    let swapped = Stream::default().wide(0x0037, "Hello").number(0x0018, 1).separators();
    assert_ne!(digest(&item().separators()), digest(&swapped));
}

#[test]
fn the_read_state_is_told_and_does_not_count_except_inside_of_an_attachment() {
    let item = |flags| Stream::default().wide(0x0037, "Hello").number(0x0E07, flags).separators();
    assert_eq!(digest(&item(0)), digest(&item(1)));
    assert_eq!(report(&item(0).blob(), 9).read, Some(false));
    assert_eq!(report(&item(3).blob(), 9).read, Some(true));
    assert_eq!(report(&nested().blob(), 9).read, None);
}

#[test]
fn a_recipient_more_counts_though_it_says_nothing() {
    let recipient = |stream: Stream| stream.marker(0x4003_0003).marker(0x4004_0003);
    let item = || Stream::default().wide(0x0037, "Hello").first_separator();
    let one = recipient(item()).second_separator();
    let two = recipient(recipient(item())).second_separator();
    assert_ne!(digest(&one), digest(&two));
}
