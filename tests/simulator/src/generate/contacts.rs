//! Contacts with pictures, and contact groups.

use bytes::{BufMut, Bytes};

use crate::mapi::{Attachment, Item, PropertyName, Time, Value, sets, tags};

use super::{
    mail::{base, body},
    random::Random,
    words::{Person, capital, phrase},
};

const fn address(lid: u32) -> PropertyName {
    PropertyName::lid(sets::ADDRESS, lid)
}

/// A contact (Microsoft: MS-OXOCNTC). It has no message id.
pub(super) fn contact(random: &mut Random, time: Time) -> Item {
    let person = Person::any(random);
    let mut item = base(random, "IPM.Contact", &person.name(), time);
    let props = &mut item.props;
    props.set(tags::DISPLAY_NAME, person.name());
    props.set(tags::GIVEN_NAME, person.given.as_str());
    props.set(tags::SURNAME, person.family.as_str());
    props.set(tags::COMPANY, format!("{} & {} Ltd.", capital(random), capital(random)));
    props.set(tags::TITLE, phrase(random, 2));
    props.set(tags::BUSINESS_PHONE, format!("+1 555 01{:02}", random.below(100)));
    props.set(tags::MOBILE_PHONE, format!("+1 555 01{:02}", random.below(100)));
    props.set(address(0x8005), format!("{}, {}", person.family, person.given));
    props.set(address(0x8080), person.name());
    props.set(address(0x8082), "SMTP");
    props.set(address(0x8083), person.address.as_str());
    props.set(address(0x8084), person.address.as_str());
    props.set(address(0x8085), one_off(&person));
    props.set(address(0x8045), format!("{} {}", random.below(200), capital(random)));
    props.set(address(0x8046), capital(random));
    props.set(address(0x8028), Value::I32s(vec![0]));
    if random.once_in(2) {
        props.set(tags::BIRTHDAY, time.plus(-10_000 * Time::DAY));
    }
    let pictured = random.once_in(2);
    props.set(address(0x8015), pictured);
    body(&mut item, random);
    if pictured {
        item.attachments.push(picture(random));
    }
    item
}

/// The picture of a contact (Microsoft: MS-OXOCNTC 2.2.1.8).
fn picture(random: &mut Random) -> Attachment {
    let mut jpeg = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 16];
    jpeg.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    jpeg.extend(random.bytes(900));
    jpeg.extend([0xFF, 0xD9]);
    let mut attachment = Attachment::file("ContactPicture.jpg", jpeg);
    attachment.props.set(tags::ATTACHMENT_CONTACT_PHOTO, true);
    attachment.props.set(tags::ATTACH_MIME_TAG, "image/jpeg");
    attachment
}

/// A contact group with its members as binary lists (Microsoft: MS-OXOCNTC 2.2.2).
pub(super) fn group(random: &mut Random, time: Time) -> Item {
    let name = format!("{} group", capital(random));
    let mut item = base(random, "IPM.DistList", &name, time);
    let members: Vec<Bytes> =
        (0..2 + random.below(6)).map(|_| one_off(&Person::any(random)).into()).collect();
    item.props.set(tags::DISPLAY_NAME, name.as_str());
    item.props.set(address(0x8005), name.as_str());
    item.props.set(address(0x8053), name);
    item.props.set(address(0x8054), Value::Binaries(members.clone()));
    item.props.set(address(0x8055), Value::Binaries(members));
    item
}

/// An entry id that holds name and address itself (Microsoft: MS-OXCDATA 2.2.5.1).
pub(super) fn one_off(person: &Person) -> Vec<u8> {
    let mut entry = vec![0; 4];
    entry.put_slice(&[
        0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54,
        0x02,
    ]);
    entry.put_u16_le(0);
    // Unicode, no rich text.
    entry.put_u16_le(0x8001);
    for text in [person.name().as_str(), "SMTP", &person.address] {
        text.encode_utf16().chain([0]).for_each(|unit| entry.put_u16_le(unit));
    }
    entry
}
