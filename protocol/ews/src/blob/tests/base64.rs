//! Base64 in pieces.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use proptest::prelude::*;

use crate::blob::{Base64Decoder, Error, Keeper, TRUNCATION_MARKER};

/// Decodes `text` cut after every `step` bytes.
fn decode(text: &[u8], step: usize) -> Result<Vec<u8>, Error> {
    let mut decoder = Base64Decoder::new();
    let mut bytes = Vec::new();
    for piece in text.chunks(step.max(1)) {
        decoder.push(piece, &mut bytes)?;
    }
    decoder.finish()?;
    Ok(bytes)
}

#[test]
fn white_space_is_passed_over() {
    for step in 1..12 {
        assert_eq!(decode(b" SGVs\r\nbG8 =\n", step), Ok(b"Hello".to_vec()), "pieces of {step}");
    }
}

#[test]
fn a_text_cut_within_a_group_is_truncated() {
    for cut in ["S", "SG", "SGV", "SGVsb", "SGVsbG8", "SGVsbA=", "=", "S=", "SG=="] {
        assert!(matches!(decode(cut.as_bytes(), 3), Err(Error::Truncated(_))), "{cut}");
    }
}

#[test]
fn foreign_symbols_are_refused() {
    for text in ["SG-s", "SG_s", "!", "SGV\u{e9}", "SGVsbG8==x", "=x", "SG==\n", "SGVsbG8=SGVs"] {
        for step in [1, 2, 100] {
            assert_eq!(decode(text.as_bytes(), step), Err(Error::NotBase64), "{text} by {step}");
        }
    }
}

#[test]
fn the_mark_of_truncation_is_found_wherever_it_stands() {
    for before in ["", "S", "SG", "SGV", "SGVs", "SGVsbA==", "SGVsbG8=", "SGVs\r\n"] {
        for after in ["", "\r\n", "SGVs"] {
            let text = format!("{before}{TRUNCATION_MARKER}{after}");
            for step in 1..text.len() {
                let verdict = decode(text.as_bytes(), step);
                assert!(matches!(verdict, Err(Error::Truncated(_))), "{text} by {step}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_bytes(bytes: Vec<u8>, step in 1_usize..64) {
        let text = STANDARD.encode(&bytes);
        prop_assert_eq!(decode(text.as_bytes(), step), Ok(bytes));
    }

    #[test]
    fn any_pieces_give_the_same_verdict(text in "[A-Da-d=+/ \n!-]{0,40}", step in 1_usize..8) {
        prop_assert_eq!(decode(text.as_bytes(), step), decode(text.as_bytes(), 1000));
    }

    #[test]
    fn what_is_kept_is_the_text_without_white_space(
        bytes: Vec<u8>, breaks in prop::collection::vec((0_usize..80, "[ \r\n\t]"), 0..9),
        step in 1_usize..64,
    ) {
        let plain = STANDARD.encode(&bytes);
        let mut text = plain.clone();
        for (at, space) in breaks {
            text.insert_str(at.min(text.len()), &space);
        }
        let (mut keeper, mut decoded) = (Keeper::default(), Vec::new());
        for piece in text.as_bytes().chunks(step) {
            keeper.push(Bytes::copy_from_slice(piece), &mut decoded).expect("base64");
        }
        let kept = keeper.finish().expect("whole");
        prop_assert_eq!(kept.content_bytes(), bytes.len() as u64);
        prop_assert_eq!(&kept.pieces().concat()[..], plain.as_bytes());
        prop_assert_eq!(decoded, bytes);
    }
}
