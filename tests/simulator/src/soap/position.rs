//! A reader that knows the line and column of the next byte, because the
//! service's schema faults name them.

use std::io::{BufRead, Read, Result};

/// A place in the request text, both numbers counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// Counts lines and columns of what passes through a buffered reader.
pub(crate) struct PlacedReader<R> {
    inner: R,
    place: Place,
    passed: u64,
}

impl<R: BufRead> PlacedReader<R> {
    /// Starts at line 1, column 1.
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, place: Place { line: 1, column: 1 }, passed: 0 }
    }

    /// Bytes read so far.
    pub(crate) fn passed(&self) -> u64 {
        self.passed
    }

    /// The place of the next byte to be read.
    pub(crate) fn place(&self) -> Place {
        self.place
    }
}

impl<R: BufRead> Read for PlacedReader<R> {
    fn read(&mut self, target: &mut [u8]) -> Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for PlacedReader<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // The buffer is not empty here, so this reads nothing.
        if count > 0
            && let Ok(available) = self.inner.fill_buf()
        {
            let passed = &available[..count.min(available.len())];
            match memchr::memrchr(b'\n', passed) {
                Some(last) => {
                    self.place.line += memchr::memchr_iter(b'\n', passed).count() as u64;
                    self.place.column = (passed.len() - last) as u64;
                }
                None => self.place.column += passed.len() as u64,
            }
        }
        self.passed += count as u64;
        self.inner.consume(count);
    }
}
