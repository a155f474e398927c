//! Unsigned LEB128 numbers.

/// Writes `value`.
pub(super) fn write(value: u64, to: &mut Vec<u8>) {
    let mut rest = value;
    while rest >= 0x80 {
        to.push((rest as u8 & 0x7f) | 0x80);
        rest >>= 7;
    }
    to.push(rest as u8);
}

/// Reads a number off the front of `from`; `None` if it is not complete.
///
/// A number of more than ten bytes reads as complete with its high bits lost: what it counts
/// then fails the caller's bounds.
pub(super) fn read(from: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for (index, byte) in from.iter().enumerate() {
        let shift = 7 * index as u32;
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 || index == 9 {
            *from = &from[index + 1..];
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_number_reads_back(value: u64) {
            let mut bytes = Vec::new();
            super::write(value, &mut bytes);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(super::read(&mut rest), Some(value));
            prop_assert!(rest.is_empty());
        }
    }
}
