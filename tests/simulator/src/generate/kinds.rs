//! Kinds of items by name, and what makes each.

use crate::mapi::{Item, Time};

use super::{calendar, contacts, mail, meetings, others, random::Random};

/// A kind of item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Mail,
    Sent,
    Draft,
    Forwarded,
    /// With an attachment of so many bytes.
    Heavy(u64),
    Request,
    Response,
    Post,
    Unknown,
    Contact,
    Group,
    Appointment,
    Series,
    Task,
    Journal,
    Note,
    Configuration,
}

impl Kind {
    /// An item of this kind, of about this time.
    pub(super) fn make(self, random: &mut Random, time: Time) -> Item {
        match self {
            Self::Mail => mail::received(random, time),
            Self::Sent => mail::sent(random, time),
            Self::Draft => mail::draft(random, time),
            Self::Forwarded => mail::forwarded(random, time),
            Self::Heavy(bytes) => mail::heavy(random, time, bytes),
            Self::Request => meetings::request(random, time),
            Self::Response => meetings::response(random, time),
            Self::Post => others::post(random, time),
            Self::Unknown => others::unknown(random, time),
            Self::Contact => contacts::contact(random, time),
            Self::Group => contacts::group(random, time),
            Self::Appointment => calendar::appointment(random, time),
            Self::Series => calendar::series(random, time),
            Self::Task => others::task(random, time),
            Self::Journal => others::journal(random, time),
            Self::Note => others::note(random, time),
            Self::Configuration => others::configuration(random, time),
        }
    }
}
