//! Users of both sides, who go on working while their mailboxes are copied.

mod hands;
mod model;

use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::IteratorRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::shared::Shared;

pub(crate) use self::hands::Hands;
pub(crate) use self::model::{Copy, Mail, Mails, State};

/// Between two acts, at most.
const PAUSE: Duration = Duration::from_millis(250);
/// Folders that both sides have.
const FOLDERS: [&str; 4] = ["inbox", "sentitems", "archive", "inbox/Twins"];
/// How the subjects of new mail in the source begin.
pub(crate) const MADE: &str = "chaos made ";
/// How those of mail that arrives at the destination begin.
pub(crate) const ARRIVED: &str = "chaos arrived ";

/// Works until it is over; what was done.
///
/// # Errors
///
/// If the simulator refuses what the model says can be done.
pub(crate) fn work(shared: &Shared, seed: u64) -> anyhow::Result<Mails> {
    let random = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x05E5);
    let folders = shared.simulator.source().mailboxes.iter().map(|_| Vec::new()).collect();
    let hands = Hands(&shared.simulator);
    let mut users = Users { shared, hands, random, mails: Mails::default(), folders, numbers: 0 };
    while !shared.ending.wait(users.random.random_range(Duration::ZERO..PAUSE)) {
        users.act()?;
    }
    Ok(users.mails)
}

struct Users<'a> {
    shared: &'a Shared,
    hands: Hands<'a>,
    random: Xoshiro256PlusPlus,
    mails: Mails,
    /// Folders that source users made, by mailbox.
    folders: Vec<Vec<String>>,
    numbers: u32,
}

impl Users<'_> {
    fn act(&mut self) -> anyhow::Result<()> {
        match self.random.random_range(0..100) {
            0..30 => self.make(),
            30..60 => self.touch_source(),
            60..70 => self.touch_stranger(),
            70..80 => self.arrive(),
            80..95 => self.touch_copy(),
            95..98 => self.make_folder(),
            _ => self.rename_folder(),
        }
    }

    fn note(&mut self, act: &'static str) {
        *self.mails.acts.entry(act).or_default() += 1;
    }

    fn number(&mut self) -> u32 {
        self.numbers += 1;
        self.numbers
    }

    fn mailbox(&mut self) -> usize {
        self.random.random_range(0..self.folders.len())
    }

    fn folder(&mut self, mailbox: usize) -> String {
        let own = self.folders[mailbox].iter().map(String::as_str);
        let all = FOLDERS.into_iter().chain(own);
        all.choose(&mut self.random).unwrap_or("inbox").to_owned()
    }

    /// A new mail in the source.
    fn make(&mut self) -> anyhow::Result<()> {
        let mailbox = self.mailbox();
        let (number, folder) = (self.number(), self.folder(mailbox));
        let subject = format!("{MADE}{number:06}");
        let state = State { folder, body: format!("text {number}"), read: number % 3 == 0 };
        let id = self.hands.make(self.hands.source(mailbox), &subject, &state)?;
        let touched = self.shared.begun();
        let mail = Mail { mailbox, source: Some((id, state)), copy: Copy::Follows, touched };
        self.mails.made.insert(subject, mail);
        self.note("made");
        Ok(())
    }

    /// A mail that was made before is changed, marked, moved or deleted.
    fn touch_source(&mut self) -> anyhow::Result<()> {
        let number = self.number();
        let (act, begun) = (self.random.random_range(0..10), self.shared.begun());
        // Most of what a destination user has touched is left alone: conflicts are rare.
        let conflict = self.random.random_bool(0.1);
        let there = self
            .mails
            .made
            .values()
            .filter(|mail| mail.source.is_some() && (conflict || mail.copy == Copy::Follows));
        let (mailbox, folder) = match there.choose(&mut self.random) {
            Some(mail) => (mail.mailbox, self.folders[mail.mailbox].clone()),
            None => return Ok(()),
        };
        let there = self.mails.made.values_mut().filter(|mail| {
            mail.mailbox == mailbox
                && mail.source.is_some()
                && (conflict || mail.copy == Copy::Follows)
        });
        let Some(mail) = there.choose(&mut self.random) else { return Ok(()) };
        let Some((id, state)) = &mut mail.source else { return Ok(()) };
        let hands = self.hands;
        let act = match act {
            0..4 => {
                state.body = format!("text {number}");
                hands.rewrite(hands.source(mailbox), id, &state.body)?;
                "rewritten"
            }
            4..6 => {
                state.read = !state.read;
                hands.mark(hands.source(mailbox), id, state.read)?;
                "marked"
            }
            6..9 => {
                let own = folder.iter().map(String::as_str);
                let all = FOLDERS.into_iter().chain(own);
                let others = all.filter(|other| *other != state.folder);
                let Some(to) = others.choose(&mut self.random) else { return Ok(()) };
                *id = hands.relocate(hands.source(mailbox), id, to)?;
                state.folder = to.to_owned();
                "moved"
            }
            _ => {
                hands.delete(hands.source(mailbox), id)?;
                mail.source = None;
                "deleted"
            }
        };
        mail.touch_source(begun);
        self.note(act);
        Ok(())
    }

    /// An item that was there from the beginning is marked, moved or deleted in the source.
    fn touch_stranger(&mut self) -> anyhow::Result<()> {
        let (mailbox, folder) = (self.mailbox(), FOLDERS.choose_one(&mut self.random));
        let (source, hands) = (self.hands.source(mailbox), self.hands);
        let listed = hands.list(source, folder)?;
        let strangers =
            listed.into_iter().filter(|item| !item.associated && !item.subject.starts_with(MADE));
        let Some(item) = strangers.choose(&mut self.random) else { return Ok(()) };
        let act = match self.random.random_range(0..4) {
            0 => {
                hands.delete(source, &item.id)?;
                "old deleted"
            }
            1 => {
                let to = FOLDERS.choose_one(&mut self.random);
                if to == folder {
                    return Ok(());
                }
                hands.relocate(source, &item.id, to)?;
                "old moved"
            }
            _ => {
                hands.mark(source, &item.id, !item.state.read)?;
                "old marked"
            }
        };
        self.mails.strangers.insert((mailbox, item.subject));
        self.note(act);
        Ok(())
    }

    /// Mail arrives at the destination.
    fn arrive(&mut self) -> anyhow::Result<()> {
        let (mailbox, number) = (self.mailbox(), self.number());
        let folder = ["inbox", "sentitems"].choose_one(&mut self.random).to_owned();
        let subject = format!("{ARRIVED}{number:06}");
        let state = State { folder, body: format!("text {number}"), read: false };
        self.hands.make(self.hands.destination(mailbox), &subject, &state)?;
        self.mails.arrived.insert(subject, (mailbox, state));
        self.note("arrived");
        Ok(())
    }

    /// A destination user changes, marks, moves or deletes a copy that has come to rest.
    fn touch_copy(&mut self) -> anyhow::Result<()> {
        let number = self.number();
        let (shared, hands) = (self.shared, self.hands);
        let rests = |mail: &Mail| {
            let known = mail.source.as_ref().is_some_and(|(_, state)| is_everywhere(state));
            let settled = shared.settled(hands.source(mail.mailbox));
            known && mail.copy == Copy::Follows && mail.touched < settled
        };
        let resting = self.mails.made.iter_mut().filter(|(_, mail)| rests(mail));
        let Some((subject, mail)) = resting.choose(&mut self.random) else { return Ok(()) };
        let Some((_, state)) = mail.source.clone() else { return Ok(()) };
        let destination = hands.destination(mail.mailbox);
        let listed = hands.list(destination, &state.folder)?;
        let copies: Vec<_> = listed.into_iter().filter(|item| item.subject == *subject).collect();
        let [copy] = copies.as_slice() else { return Ok(()) };
        if copy.state != state {
            return Ok(());
        }
        let (id, mut own) = (&copy.id, Some(state));
        let act = match (self.random.random_range(0..8), &mut own) {
            (0..3, Some(state)) => {
                state.body = format!("own text {number}");
                hands.rewrite(destination, id, &state.body)?;
                "copy rewritten"
            }
            (3..5, Some(state)) => {
                state.read = !state.read;
                hands.mark(destination, id, state.read)?;
                "copy marked"
            }
            (5, Some(state)) => {
                let to = if state.folder == "archive" { "inbox" } else { "archive" };
                hands.relocate(destination, id, to)?;
                state.folder = to.to_owned();
                "copy moved"
            }
            _ => {
                hands.delete(destination, id)?;
                own = None;
                "copy deleted"
            }
        };
        mail.touch_copy(own);
        self.note(act);
        Ok(())
    }

    fn make_folder(&mut self) -> anyhow::Result<()> {
        let (mailbox, number) = (self.mailbox(), self.number());
        let name = format!("chaos folder {number}");
        self.hands.make_folder(self.hands.source(mailbox), "inbox", &name)?;
        self.folders[mailbox].push(format!("inbox/{name}"));
        self.note("folders made");
        Ok(())
    }

    fn rename_folder(&mut self) -> anyhow::Result<()> {
        let (mailbox, number) = (self.mailbox(), self.number());
        let Some(folder) = self.folders[mailbox].iter_mut().choose(&mut self.random) else {
            return Ok(());
        };
        let name = format!("chaos renamed {number}");
        self.hands.rename_folder(self.hands.source(mailbox), folder, &name)?;
        let (old, new) = (folder.clone(), format!("inbox/{name}"));
        folder.clone_from(&new);
        let made = self.mails.made.values_mut().filter(|mail| mail.mailbox == mailbox);
        for (_, state) in made.filter_map(|mail| mail.source.as_mut()) {
            if state.folder == old {
                state.folder.clone_from(&new);
            }
        }
        self.note("folders renamed");
        Ok(())
    }
}

/// Whether it is in a folder that keeps its name.
fn is_everywhere(state: &State) -> bool {
    FOLDERS.contains(&state.folder.as_str())
}

/// Choosing from what is never empty.
trait ChooseOne {
    fn choose_one(&self, random: &mut Xoshiro256PlusPlus) -> &'static str;
}

impl<const N: usize> ChooseOne for [&'static str; N] {
    fn choose_one(&self, random: &mut Xoshiro256PlusPlus) -> &'static str {
        self[random.random_range(0..N)]
    }
}
