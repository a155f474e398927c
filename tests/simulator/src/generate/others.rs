//! Tasks, journal entries, notes, posts, hidden configuration, classes nobody knows.

use crate::mapi::{Item, PropertyName, Time, Value, sets, tags};

use super::{
    mail::{address, base, body, file},
    random::Random,
    words::{Person, phrase, text},
};

/// A task (Microsoft: MS-OXOTASK 2.2.2).
pub(super) fn task(random: &mut Random, time: Time) -> Item {
    let subject = phrase(random, 3);
    let mut item = base(random, "IPM.Task", &subject, time);
    let name = |lid| PropertyName::lid(sets::TASK, lid);
    let done = random.once_in(3);
    let props = &mut item.props;
    props.set(name(0x8101), if done { 2 } else { 1 });
    props.set(name(0x8102), Value::F64(if done { 1.0 } else { 0.25 }));
    props.set(name(0x811C), done);
    props.set(name(0x8104), time);
    props.set(name(0x8105), time.plus(7 * Time::DAY));
    if done {
        props.set(name(0x810F), time.plus(Time::DAY));
    }
    props.set(name(0x8110), 90);
    props.set(name(0x8126), false);
    body(&mut item, random);
    item
}

/// A journal entry (Microsoft: MS-OXOJRNL 2.2.1).
pub(super) fn journal(random: &mut Random, time: Time) -> Item {
    let subject = phrase(random, 2);
    let mut item = base(random, "IPM.Activity", &subject, time);
    let name = |lid| PropertyName::lid(sets::LOG, lid);
    let props = &mut item.props;
    props.set(name(0x8700), "Phone call");
    props.set(name(0x8712), "Phone call");
    props.set(name(0x8706), time);
    props.set(name(0x8707), 30);
    props.set(name(0x8708), time.plus(30 * Time::MINUTE));
    body(&mut item, random);
    item
}

/// A sticky note (Microsoft: MS-OXONOTE 2.2.1).
pub(super) fn note(random: &mut Random, time: Time) -> Item {
    let subject = phrase(random, 4);
    let mut item = base(random, "IPM.StickyNote", &subject, time);
    for (lid, value) in [(0x8B00, 3), (0x8B02, 200), (0x8B03, 166), (0x8B04, 80), (0x8B05, 80)] {
        item.props.set(PropertyName::lid(sets::NOTE, lid), value);
    }
    item.props.set(tags::ICON_INDEX, 0x0303);
    item.props.set(tags::BODY, format!("{subject}\r\n{}", text(random, 1)));
    item
}

/// A post.
pub(super) fn post(random: &mut Random, time: Time) -> Item {
    let subject = phrase(random, 3);
    let mut item = base(random, "IPM.Post", &subject, time);
    address(&mut item.props, &Person::any(random), random);
    item.props.set(tags::DELIVERY_TIME, time);
    item.props.set(tags::CONVERSATION_TOPIC, subject);
    body(&mut item, random);
    item
}

/// A hidden item that holds settings (Microsoft: MS-OXOCFG 2.2.5).
pub(super) fn configuration(random: &mut Random, time: Time) -> Item {
    let name = random.pick(&["Calendar", "CategoryList", "OWA.UserOptions", "WorkHours"]);
    let class = format!("IPM.Configuration.{name}");
    let mut item = base(random, &class, &class, time);
    let dictionary = "<?xml version=\"1.0\"?><UserConfiguration><Info version=\"Sample.1\"/>\
                      <Data><e k=\"18-piAutoProcess\" v=\"3-True\"/></Data></UserConfiguration>";
    let categories = "<?xml version=\"1.0\"?><categories xmlns=\"CategoryList.xsd\">\
                      <category name=\"Blau &amp; Grün\" color=\"7\"/></categories>";
    let (kind, place, settings) = match name {
        "CategoryList" => (2, tags::ROAMING_XML, categories),
        _ => (4, tags::ROAMING_DICTIONARY, dictionary),
    };
    item.props.set(tags::ROAMING_DATATYPES, kind);
    item.props.set(place, settings.as_bytes().to_vec());
    item
}

/// An item of a class of some application, with properties of every type.
pub(super) fn unknown(random: &mut Random, time: Time) -> Item {
    let subject = phrase(random, 2);
    let mut item = base(random, "IPM.Longhaul.Sample.Unknown", &subject, time);
    let name = |name: &str| PropertyName::text(sets::PUBLIC_STRINGS, name);
    let numbers = random.bytes(16);
    let guid = uuid::Builder::from_random_bytes(std::array::from_fn(|at| numbers[at])).into_uuid();
    for (key, value) in [
        ("i16", Value::I16(-5)),
        ("f32", Value::F32(0.5)),
        ("f64", Value::F64(-2.25)),
        ("currency", Value::Currency(12_345)),
        ("days", Value::AppTime(40_000.5)),
        ("i64", Value::I64(i64::MIN)),
        ("guid", Value::Guid(guid)),
        ("i16s", Value::I16s(vec![1, -1])),
        ("i32s", Value::I32s(vec![i32::MAX, 0])),
        ("i64s", Value::I64s(vec![i64::MAX])),
        ("f64s", Value::F64s(vec![1.5, 2.5])),
        ("times", Value::Times(vec![time, time.plus(1)])),
        ("guids", Value::Guids(vec![guid])),
        ("texts", Value::Texts(vec!["𝒳".to_owned(), String::new()])),
        ("binaries", Value::Binaries(vec![random.bytes(9).into(), Vec::new().into()])),
        ("narrow", Value::Coded(0x84E4, b"caf\xE9\0".to_vec().into())),
        ("empty text", Value::text("")),
        ("empty bytes", Value::binary(Vec::new())),
    ] {
        item.props.set(name(key), value);
    }
    file(&mut item, random);
    item
}
