//! Appointments, single and recurring, the latter with exceptions (Microsoft: MS-OXOCAL).

use bytes::BufMut;

use crate::mapi::{Attachment, Item, PropertyName, Time, Value, sets, tags};

use super::{
    mail::{address, base, body, inner, recipient},
    random::Random,
    recurrence::{Exception, Weekly},
    words::{Person, phrase},
};

/// Class of the message that an exception is kept as (Microsoft: MS-OXOCAL 2.2.10.1.2).
const EXCEPTION_CLASS: &str = "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}";

pub(super) const fn appointment_property(lid: u32) -> PropertyName {
    PropertyName::lid(sets::APPOINTMENT, lid)
}

pub(super) const fn meeting_property(lid: u32) -> PropertyName {
    PropertyName::lid(sets::MEETING, lid)
}

/// What an appointment and an exception to one have in common.
fn schedule(item: &mut Item, random: &mut Random, start: Time, end: Time) {
    let location = phrase(random, 2);
    let props = &mut item.props;
    props.set(tags::START_DATE, start);
    props.set(tags::END_DATE, end);
    props.set(appointment_property(0x820D), start);
    props.set(appointment_property(0x820E), end);
    props.set(appointment_property(0x8208), location);
    props.set(appointment_property(0x8205), 2);
    let minutes = (end.0 - start.0) / Time::MINUTE;
    props.set(appointment_property(0x8213), minutes as i32);
    props.set(appointment_property(0x8215), minutes % 1440 == 0);
    props.set(PropertyName::lid(sets::COMMON, 0x8516), start);
    props.set(PropertyName::lid(sets::COMMON, 0x8517), end);
}

/// A single appointment; every other one is a meeting with attendees.
pub(super) fn appointment(random: &mut Random, time: Time) -> Item {
    let subject = phrase(random, 3);
    let mut item = base(random, "IPM.Appointment", &subject, time);
    let start = Time(time.0 / Time::DAY * Time::DAY).plus(9 * 60 * Time::MINUTE);
    let all_day = random.once_in(6);
    let (start, end) = match all_day {
        true => (start.plus(-540 * Time::MINUTE), start.plus(900 * Time::MINUTE)),
        false => (start, start.plus((1 + random.below(4) as i64) * 30 * Time::MINUTE)),
    };
    schedule(&mut item, random, start, end);
    finish(&mut item, random, time);
    item
}

/// Organiser, attendees, reminder, ids: what only a whole appointment has.
fn finish(item: &mut Item, random: &mut Random, time: Time) {
    let meeting = random.once_in(2);
    let organiser = Person::any(random);
    address(&mut item.props, &organiser, random);
    let id = global_id(random, time);
    let start = item.props.time(appointment_property(0x820D)).unwrap_or(time);
    let props = &mut item.props;
    props.set(meeting_property(0x0003), id.clone());
    props.set(meeting_property(0x0023), id);
    props.set(appointment_property(0x8217), i32::from(meeting));
    props.set(appointment_property(0x8218), i32::from(meeting));
    props.set(PropertyName::lid(sets::COMMON, 0x8503), true);
    props.set(PropertyName::lid(sets::COMMON, 0x8501), 15);
    props.set(PropertyName::lid(sets::COMMON, 0x8560), start.plus(-15 * Time::MINUTE));
    props.set(PropertyName::lid(sets::COMMON, 0x8510), 369);
    props.set(tags::OWNER_APPOINTMENT_ID, random.below(1 << 31) as i32);
    props.set(tags::RESPONSE_REQUESTED, meeting);
    if meeting {
        for number in 0..2 + random.below(3) as i32 {
            let mut attendee = recipient(&Person::any(random), 1 + number % 2);
            attendee.set(tags::RECIPIENT_TRACK_STATUS, [0, 2, 3, 4][number as usize % 4]);
            item.recipients.push(attendee);
        }
    }
    body(item, random);
}

/// A weekly series: one occurrence is deleted, two are moved and renamed.
pub(super) fn series(random: &mut Random, time: Time) -> Item {
    let subject = phrase(random, 3);
    let mut item = base(random, "IPM.Appointment", &subject, time);
    let start = Time(time.0 / Time::DAY * Time::DAY).plus(600 * Time::MINUTE);
    let duration = 45;
    let mut weekly = Weekly {
        start,
        duration,
        every: 1 + random.below(2) as u32,
        count: 8 + random.below(10) as u32,
        deleted: vec![1],
        exceptions: Vec::new(),
    };
    schedule(&mut item, random, start, start.plus(i64::from(duration) * Time::MINUTE));
    for number in [3, 5] {
        let original = weekly.occurrence(number);
        let start = original.plus(Time::DAY + 30 * Time::MINUTE);
        let exception = Exception {
            original,
            start,
            end: start.plus(Time::MINUTE * 60),
            subject: format!("{subject} moved {number}"),
            location: phrase(random, 1),
        };
        item.attachments.push(exception_attachment(&exception, random));
        weekly.exceptions.push(exception);
    }
    finish(&mut item, random, time);
    let props = &mut item.props;
    props.set(appointment_property(0x8216), weekly.to_bytes());
    props.set(appointment_property(0x8223), true);
    props.set(appointment_property(0x8231), 2);
    props.set(appointment_property(0x8232), format!("every {} weeks", weekly.every));
    props.set(appointment_property(0x8233), vec![0; 48]);
    props.set(appointment_property(0x8234), "(UTC) Coordinated Universal Time");
    let midnight = |time: Time| Time(time.0 / Time::DAY * Time::DAY);
    props.set(appointment_property(0x8235), midnight(start));
    props.set(appointment_property(0x8236), midnight(weekly.last()));
    item
}

/// An exception as the hidden attachment it is kept in (Microsoft: MS-OXOCAL 2.2.10.1).
fn exception_attachment(exception: &Exception, random: &mut Random) -> Attachment {
    let mut item = inner(base(random, EXCEPTION_CLASS, &exception.subject, exception.start));
    schedule(&mut item, random, exception.start, exception.end);
    item.props.set(appointment_property(0x8208), exception.location.as_str());
    item.props.set(appointment_property(0x8205), 1);
    item.props.set(appointment_property(0x8228), exception.original);
    body(&mut item, random);
    let mut attachment = Attachment::message("Untitled", item);
    let props = &mut attachment.props;
    props.set(tags::ATTACHMENT_HIDDEN, true);
    props.set(tags::ATTACHMENT_FLAGS, 2);
    props.set(tags::EXCEPTION_START, exception.start);
    props.set(tags::EXCEPTION_END, exception.end);
    props.set(tags::EXCEPTION_REPLACE_TIME, exception.original);
    attachment
}

/// The id that all copies of a meeting share (Microsoft: MS-OXOCAL 2.2.1.27).
pub(super) fn global_id(random: &mut Random, time: Time) -> Value {
    let mut id = vec![
        0x04, 0, 0, 0, 0x82, 0, 0xE0, 0, 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 0x08, 0, 0, 0, 0,
    ];
    id.put_i64_le(time.0);
    id.put_u64_le(0);
    id.put_u32_le(16);
    id.extend(random.bytes(16));
    Value::binary(id)
}
