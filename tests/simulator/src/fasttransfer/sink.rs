//! Takes the bytes of one binary value; recognises generated content and keeps only its recipe.

use crate::mapi::{Content, GENERATED_HEADER, Generated};

/// A value on its way in.
#[derive(Debug)]
pub(super) struct Sink {
    expected: u64,
    held: Vec<u8>,
    /// A recipe that all bytes so far agree with, and how many those are.
    recipe: Option<(Generated, u64)>,
}

impl Sink {
    /// For a value of this many bytes.
    pub(super) fn new(expected: u64) -> Self {
        Self { expected, held: Vec::new(), recipe: None }
    }

    /// Bytes still to come.
    pub(super) fn missing(&self) -> u64 {
        self.expected - self.recipe.map_or(self.held.len() as u64, |(_, verified)| verified)
    }

    /// Takes the next bytes, no more than are missing.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if let Some((recipe, verified)) = self.recipe {
            self.verify(recipe, verified, bytes);
            return;
        }
        let before = self.held.len();
        self.held.extend_from_slice(bytes);
        if before < GENERATED_HEADER
            && let Some(recipe) = Generated::from_header(&self.held)
            && recipe.len == self.expected
        {
            let rest = self.held.split_off(GENERATED_HEADER);
            self.held = Vec::new();
            self.verify(recipe, GENERATED_HEADER as u64, &rest);
        }
    }

    fn verify(&mut self, recipe: Generated, verified: u64, bytes: &[u8]) {
        let mut made = vec![0; bytes.len()];
        recipe.fill(verified, &mut made);
        if made == bytes {
            self.recipe = Some((recipe, verified + bytes.len() as u64));
            return;
        }
        // Not what the header promised: hold the bytes like any others.
        self.held = vec![0; verified as usize];
        recipe.fill(0, &mut self.held);
        self.held.extend_from_slice(bytes);
        self.recipe = None;
    }

    /// The value.
    pub(super) fn finish(self) -> Content {
        match self.recipe {
            Some((recipe, _)) => Content::Generated(recipe),
            None => Content::from(self.held),
        }
    }
}
