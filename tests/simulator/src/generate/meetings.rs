//! Invitations and the answers to them (Microsoft: MS-OXOCAL 2.2.6 and 2.2.7).

use crate::mapi::{Item, Time, tags};

use super::{
    calendar::{appointment_property, global_id, meeting_property},
    mail::received,
    random::Random,
    words::phrase,
};

fn meeting(random: &mut Random, time: Time, class: &str, prefix: &str) -> Item {
    let mut item = received(random, time);
    let topic = item.props.text(tags::NORMALIZED_SUBJECT).unwrap_or_default().to_owned();
    let (start, id) = (time.plus(3 * Time::DAY), global_id(random, time));
    let props = &mut item.props;
    props.set(tags::MESSAGE_CLASS, class);
    props.set(tags::SUBJECT, format!("{prefix}{topic}"));
    props.set(tags::START_DATE, start);
    props.set(tags::END_DATE, start.plus(60 * Time::MINUTE));
    props.set(appointment_property(0x820D), start);
    props.set(appointment_property(0x820E), start.plus(60 * Time::MINUTE));
    props.set(appointment_property(0x8208), phrase(random, 1));
    props.set(appointment_property(0x8217), 3);
    props.set(meeting_property(0x0001), time);
    props.set(meeting_property(0x0003), id.clone());
    props.set(meeting_property(0x0023), id);
    props.set(meeting_property(0x0026), 1);
    item
}

/// An invitation.
pub(super) fn request(random: &mut Random, time: Time) -> Item {
    let mut item = meeting(random, time, "IPM.Schedule.Meeting.Request", "");
    item.props.set(tags::RESPONSE_REQUESTED, true);
    item.props.set(appointment_property(0x8224), 2);
    item
}

/// An answer: accepted, tentative or declined.
pub(super) fn response(random: &mut Random, time: Time) -> Item {
    let (kind, prefix) =
        random.pick(&[("Pos", "Accepted: "), ("Tent", "Tentative: "), ("Neg", "Declined: ")]);
    meeting(random, time, &format!("IPM.Schedule.Meeting.Resp.{kind}"), prefix)
}
