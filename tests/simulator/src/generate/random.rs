//! A small source of numbers that follow from a seed; its sequence never changes.

/// Numbers from a seed and what they are for.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// For one purpose, told by numbers: equal ones give equal sequences.
    pub(super) fn of(seed: u64, purpose: &[u64]) -> Self {
        let mut random = Self(seed);
        for number in purpose {
            random.0 = random.next().rotate_left(17) ^ number.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        random
    }

    /// The next number (SplitMix64).
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// A number below a limit that is not zero.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of a list that is not empty.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// So many bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.next().to_le_bytes()).flatten().take(count).collect()
    }
}
