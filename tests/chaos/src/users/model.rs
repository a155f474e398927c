//! What the users did, and what has to come of it: too simple to be wrong.

use std::collections::{BTreeMap, BTreeSet};

/// What a mail looks like on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// A path of names below a distinguished folder.
    pub(crate) folder: String,
    pub(crate) body: String,
    pub(crate) read: bool,
}

/// What has to become of the copy of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Copy {
    /// It is what the source holds, or is gone with it.
    Follows,
    /// Its user has touched it, and nobody the source: it is left as it is, gone if it is gone.
    Own(Option<State>),
    /// Touched on both sides: as its user left it or as the source has it, but never twice.
    Either(Option<State>),
}

/// A mail made by a user of the source while passes run, known by its subject.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) mailbox: usize,
    /// Id and state in the source, if it is there.
    pub(crate) source: Option<(String, State)>,
    pub(crate) copy: Copy,
    /// The pass that had begun last when its source was touched last.
    pub(crate) touched: u64,
}

/// Everything that users did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mails {
    pub(crate) made: BTreeMap<String, Mail>,
    /// Mail that arrived at the destination, by subject: mailbox and state.
    pub(crate) arrived: BTreeMap<String, (usize, State)>,
    /// Subjects of items that were there at the beginning and that source users touched.
    pub(crate) strangers: BTreeSet<(usize, String)>,
    pub(crate) acts: BTreeMap<&'static str, u64>,
}

impl Mails {
    /// How often users did what.
    pub(crate) fn summary(&self) -> String {
        let acts = self.acts.iter().map(|(act, times)| format!("{act} {times}"));
        acts.collect::<Vec<_>>().join(", ")
    }
}

impl Mail {
    /// A source user touches it.
    pub(crate) fn touch_source(&mut self, pass: u64) {
        self.touched = pass;
        if let Copy::Own(state) = &self.copy {
            self.copy = Copy::Either(state.clone());
        }
    }

    /// A destination user leaves its copy like this.
    pub(crate) fn touch_copy(&mut self, state: Option<State>) {
        self.copy = match self.copy {
            Copy::Follows | Copy::Own(_) => Copy::Own(state),
            Copy::Either(_) => Copy::Either(state),
        };
    }

    /// What is wrong with the copies that were found, if anything. With `went_back`, the store may
    /// have forgotten what a destination user touched, and it may have been copied again.
    pub(crate) fn judge(&self, found: &[State], went_back: bool) -> Option<String> {
        let source = self.source.as_ref().map(|(_, state)| state);
        let (own, may_be_source) = match &self.copy {
            // Compared whole, with everything else.
            Copy::Follows => return None,
            Copy::Own(own) => (own.as_ref(), went_back),
            Copy::Either(own) => (own.as_ref(), true),
        };
        let fits = match found {
            [] => own.is_none() || (may_be_source && source.is_none()),
            [one] => Some(one) == own || (may_be_source && Some(one) == source),
            _ => false,
        };
        (!fits).then(|| format!("expected {own:?} or, {may_be_source}, {source:?}: {found:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(body: &str) -> State {
        State { folder: "inbox".to_owned(), body: body.to_owned(), read: false }
    }

    fn mail(copy: Copy) -> Mail {
        let source = Some(("id".to_owned(), state("source")));
        Mail { mailbox: 0, source, copy, touched: 0 }
    }

    #[test]
    fn a_copy_that_its_user_changed_has_to_stay_and_stay_one() {
        let mail = mail(Copy::Own(Some(state("own"))));
        assert_eq!(mail.judge(&[state("own")], false), None);
        for wrong in [vec![], vec![state("source")], vec![state("own"), state("own")]] {
            assert!(mail.judge(&wrong, false).is_some(), "{wrong:?}");
        }
    }

    #[test]
    fn a_copy_that_its_user_deleted_stays_away_unless_the_store_went_back() {
        let mail = mail(Copy::Own(None));
        assert_eq!(mail.judge(&[], false), None);
        assert!(mail.judge(&[state("source")], false).is_some());
        assert_eq!(mail.judge(&[state("source")], true), None);
        assert!(mail.judge(&[state("source"), state("source")], true).is_some());
    }

    #[test]
    fn touched_on_both_sides_it_is_one_of_both() {
        let mut mail = mail(Copy::Own(Some(state("own"))));
        mail.touch_source(3);
        assert_eq!(mail.judge(&[state("own")], false), None);
        assert_eq!(mail.judge(&[state("source")], false), None);
        assert!(mail.judge(&[state("own"), state("source")], false).is_some());
        assert!(mail.judge(&[state("third")], false).is_some());
    }
}
