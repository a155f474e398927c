//! The binary form of a recurring appointment, `PidLidAppointmentRecur`
//! (Microsoft: MS-OXOCAL 2.2.1.44, structures RecurrencePattern and AppointmentRecurrencePattern).

use bytes::BufMut;

use crate::mapi::Time;

const FREQUENCY_WEEKLY: u16 = 0x200B;
const PATTERN_WEEK: u16 = 1;
const END_AFTER_COUNT: u32 = 0x2022;
const MINUTES_A_DAY: u32 = 1440;
const MINUTES_A_WEEK: u32 = 7 * MINUTES_A_DAY;

/// Flags of what an exception overrides.
const SUBJECT: u16 = 0x0001;
const LOCATION: u16 = 0x0010;
const BUSY: u16 = 0x0020;

/// One occurrence that differs from the others.
#[derive(Debug, Clone)]
pub(super) struct Exception {
    /// Start it would have had.
    pub(super) original: Time,
    pub(super) start: Time,
    pub(super) end: Time,
    pub(super) subject: String,
    pub(super) location: String,
}

/// An appointment on one day of each week, in UTC.
#[derive(Debug, Clone)]
pub(super) struct Weekly {
    /// Start of the first occurrence.
    pub(super) start: Time,
    /// Minutes of one occurrence.
    pub(super) duration: u32,
    /// Weeks from one occurrence to the next.
    pub(super) every: u32,
    pub(super) count: u32,
    /// Occurrences that do not take place, by their number from 0.
    pub(super) deleted: Vec<u32>,
    pub(super) exceptions: Vec<Exception>,
}

/// The midnight before a time, in minutes.
fn day(time: Time) -> u32 {
    time.minutes() / MINUTES_A_DAY * MINUTES_A_DAY
}

/// 0 for Sunday; 1601-01-01 was a Monday.
fn weekday(day: u32) -> u32 {
    (day / MINUTES_A_DAY + 1) % 7
}

impl Weekly {
    /// Start of an occurrence by its number from 0.
    pub(super) fn occurrence(&self, number: u32) -> Time {
        self.start.plus(i64::from(number * self.every) * 7 * Time::DAY)
    }

    /// End of the last occurrence's day.
    pub(super) fn last(&self) -> Time {
        self.occurrence(self.count - 1)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.pattern(&mut out);
        let offset = self.start.minutes() - day(self.start);
        for word in [0x3006, 0x3009, offset, offset + self.duration] {
            out.put_u32_le(word);
        }
        out.put_u16_le(self.exceptions.len() as u16);
        for exception in &self.exceptions {
            exception.info(&mut out);
        }
        out.put_u32_le(0); // first reserved block
        for exception in &self.exceptions {
            exception.extended(&mut out);
        }
        out.put_u32_le(0); // second reserved block
        out
    }

    fn pattern(&self, out: &mut Vec<u8>) {
        let first = day(self.start);
        let week = first - weekday(first) * MINUTES_A_DAY;
        for word in [0x3004, 0x3004, FREQUENCY_WEEKLY, PATTERN_WEEK, 0] {
            out.put_u16_le(word);
        }
        out.put_u32_le(week % (self.every * MINUTES_A_WEEK));
        out.put_u32_le(self.every);
        out.put_u32_le(0); // not sliding
        out.put_u32_le(1 << weekday(first));
        out.put_u32_le(END_AFTER_COUNT);
        out.put_u32_le(self.count);
        out.put_u32_le(0); // weeks start on Sunday
        let mut changed: Vec<u32> = self.exceptions.iter().map(|one| day(one.original)).collect();
        changed.extend(self.deleted.iter().map(|number| day(self.occurrence(*number))));
        changed.sort_unstable();
        let mut modified: Vec<u32> = self.exceptions.iter().map(|one| day(one.start)).collect();
        modified.sort_unstable();
        for days in [changed, modified] {
            out.put_u32_le(days.len() as u32);
            days.iter().for_each(|day| out.put_u32_le(*day));
        }
        out.put_u32_le(first);
        out.put_u32_le(day(self.last()));
    }
}

impl Exception {
    fn times(&self, out: &mut Vec<u8>) {
        for time in [self.start, self.end, self.original] {
            out.put_u32_le(time.minutes());
        }
    }

    fn info(&self, out: &mut Vec<u8>) {
        self.times(out);
        out.put_u16_le(SUBJECT | LOCATION | BUSY);
        narrow(out, &self.subject);
        narrow(out, &self.location);
        out.put_u32_le(1); // tentative
    }

    fn extended(&self, out: &mut Vec<u8>) {
        out.put_u32_le(4);
        out.put_u32_le(0); // nothing highlighted
        out.put_u32_le(0); // reserved
        self.times(out);
        for text in [&self.subject, &self.location] {
            out.put_u16_le(text.encode_utf16().count() as u16);
            text.encode_utf16().for_each(|unit| out.put_u16_le(unit));
        }
        out.put_u32_le(0); // reserved
    }
}

/// A string of one byte a character, with its length told twice.
fn narrow(out: &mut Vec<u8>, text: &str) {
    let bytes: Vec<u8> = text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' }).collect();
    out.put_u16_le(bytes.len() as u16 + 1);
    out.put_u16_le(bytes.len() as u16);
    out.put_slice(&bytes);
}
