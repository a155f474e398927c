//! The fields that only some kinds of items have, in the schema's order
//! ([ED message-ex15websvcsotherref.md, calendaritem.md, contact.md, task.md, postitem.md]).

use std::io::Result;

use crate::mapi::{Key, PropertyName, Props, Tag, Value, sets, tags};

use super::item_fields::moment;
use super::item_view::{Detail, ItemView};
use super::messages::Xml;
use super::shape::{Base, Shape};
use super::values::{base64, boolean, time};

struct Writer<'a> {
    xml: &'a mut Xml,
    view: &'a ItemView,
    props: &'a Props,
    shape: &'a Shape,
    detail: Detail,
}

/// Writes the fields of an element.
pub(super) fn write(
    xml: &mut Xml,
    element: &str,
    view: &ItemView,
    shape: &Shape,
    detail: Detail,
) -> Result<()> {
    let props = &view.record.item.props;
    let mut writer = Writer { xml, view, props, shape, detail };
    match element {
        "t:Message"
        | "t:MeetingMessage"
        | "t:MeetingRequest"
        | "t:MeetingResponse"
        | "t:MeetingCancellation" => writer.message(),
        "t:CalendarItem" => writer.calendar(),
        "t:Contact" => writer.contact(),
        "t:DistributionList" => writer.group(),
        "t:Task" => writer.task(),
        "t:PostItem" => writer.post(),
        _ => Ok(()),
    }
}

impl Writer<'_> {
    fn asks(&self, uri: &str) -> bool {
        self.shape.base == Base::All || self.shape.names(uri)
    }

    fn text(&mut self, uri: &str, element: &str, key: impl Into<Key>) -> Result<()> {
        match self.props.text(key) {
            Some(text) if self.asks(uri) => self.xml.element(element, &[], text),
            _ => Ok(()),
        }
    }

    fn binary(&mut self, uri: &str, element: &str, key: impl Into<Key>) -> Result<()> {
        match self.props.get(key).and_then(Value::as_content) {
            Some(content) if self.asks(uri) => {
                self.xml.element(element, &[], &base64(content.to_bytes()))
            }
            _ => Ok(()),
        }
    }

    fn flag(&mut self, uri: &str, element: &str, value: bool) -> Result<()> {
        if self.asks(uri) { self.xml.element(element, &[], boolean(value)) } else { Ok(()) }
    }

    fn when(&mut self, uri: &str, element: &str, key: impl Into<Key>) -> Result<()> {
        let asked = self.asks(uri);
        moment(self.xml, asked, element, self.props.time(key))
    }

    fn message(&mut self) -> Result<()> {
        self.person("message:Sender", "t:Sender", SENDER)?;
        for (uri, element, kind) in [
            ("message:ToRecipients", "t:ToRecipients", 1),
            ("message:CcRecipients", "t:CcRecipients", 2),
            ("message:BccRecipients", "t:BccRecipients", 3),
        ] {
            self.recipients(uri, element, kind)?;
        }
        let receipt = self.props.bool(tags::READ_RECEIPT_REQUESTED).unwrap_or(false);
        self.flag("message:IsReadReceiptRequested", "t:IsReadReceiptRequested", receipt)?;
        self.binary("message:ConversationIndex", "t:ConversationIndex", tags::CONVERSATION_INDEX)?;
        self.text("message:ConversationTopic", "t:ConversationTopic", tags::CONVERSATION_TOPIC)?;
        self.person("message:From", "t:From", FROM)?;
        let id = tags::INTERNET_MESSAGE_ID;
        self.text("message:InternetMessageId", "t:InternetMessageId", id)?;
        self.flag("message:IsRead", "t:IsRead", self.view.record.item.is_read())?;
        self.text("message:References", "t:References", tags::INTERNET_REFERENCES)
    }

    fn calendar(&mut self) -> Result<()> {
        let lid = |lid| PropertyName::lid(sets::APPOINTMENT, lid);
        let uid = PropertyName::lid(sets::MEETING, 0x23);
        if self.asks("calendar:UID")
            && let Some(content) = self.props.get(uid).and_then(Value::as_content)
        {
            let text: String =
                content.to_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
            self.xml.element("t:UID", &[], &text)?;
        }
        self.when("calendar:Start", "t:Start", lid(0x820D))?;
        self.when("calendar:End", "t:End", lid(0x820E))?;
        let all_day = self.props.bool(lid(0x8215)).unwrap_or(false);
        self.flag("calendar:IsAllDayEvent", "t:IsAllDayEvent", all_day)?;
        if self.asks("calendar:LegacyFreeBusyStatus") {
            let status = ["Free", "Tentative", "Busy", "OOF", "WorkingElsewhere"];
            let number = self.props.integer(lid(0x8205)).unwrap_or(2);
            let number = usize::try_from(number).unwrap_or(2);
            let status = status.get(number).copied().unwrap_or("NoData");
            self.xml.element("t:LegacyFreeBusyStatus", &[], status)?;
        }
        self.text("calendar:Location", "t:Location", lid(0x8208))?;
        let state = self.props.integer(lid(0x8217)).unwrap_or(0);
        self.flag("calendar:IsMeeting", "t:IsMeeting", state & 1 != 0)?;
        self.flag("calendar:IsCancelled", "t:IsCancelled", state & 4 != 0)?;
        let recurring = self.props.bool(lid(0x8223)).unwrap_or(false);
        self.flag("calendar:IsRecurring", "t:IsRecurring", false)?;
        if self.asks("calendar:CalendarItemType") {
            let kind = if recurring { "RecurringMaster" } else { "Single" };
            self.xml.element("t:CalendarItemType", &[], kind)?;
        }
        Ok(())
    }

    fn contact(&mut self) -> Result<()> {
        let lid = |lid| PropertyName::lid(sets::ADDRESS, lid);
        self.text("contacts:FileAs", "t:FileAs", lid(0x8005))?;
        self.text("contacts:DisplayName", "t:DisplayName", tags::DISPLAY_NAME)?;
        self.text("contacts:GivenName", "t:GivenName", tags::GIVEN_NAME)?;
        self.text("contacts:CompanyName", "t:CompanyName", tags::COMPANY)?;
        let entries: Vec<_> = [(1, 0x8083), (2, 0x8093), (3, 0x80A3)]
            .into_iter()
            .filter_map(|(n, number)| Some((n, self.props.text(lid(number))?)))
            .collect();
        if self.asks("contacts:EmailAddresses") && !entries.is_empty() {
            self.xml.start("t:EmailAddresses", &[])?;
            for (n, address) in entries {
                self.xml.element("t:Entry", &[("Key", &format!("EmailAddress{n}"))], address)?;
            }
            self.xml.end("t:EmailAddresses")?;
        }
        let phones: Vec<_> = [
            ("BusinessPhone", tags::BUSINESS_PHONE),
            ("HomePhone", tags::HOME_PHONE),
            ("MobilePhone", tags::MOBILE_PHONE),
        ]
        .into_iter()
        .filter_map(|(key, tag)| Some((key, self.props.text(tag)?)))
        .collect();
        if self.asks("contacts:PhoneNumbers") && !phones.is_empty() {
            self.xml.start("t:PhoneNumbers", &[])?;
            for (key, number) in phones {
                self.xml.element("t:Entry", &[("Key", key)], number)?;
            }
            self.xml.end("t:PhoneNumbers")?;
        }
        self.when("contacts:Birthday", "t:Birthday", tags::BIRTHDAY)?;
        self.text("contacts:JobTitle", "t:JobTitle", tags::TITLE)?;
        self.text("contacts:Surname", "t:Surname", tags::SURNAME)
    }

    fn group(&mut self) -> Result<()> {
        self.text("contacts:DisplayName", "t:DisplayName", tags::DISPLAY_NAME)?;
        self.text("contacts:FileAs", "t:FileAs", PropertyName::lid(sets::ADDRESS, 0x8005))
    }

    fn task(&mut self) -> Result<()> {
        let lid = |lid| PropertyName::lid(sets::TASK, lid);
        self.when("task:CompleteDate", "t:CompleteDate", lid(0x810F))?;
        self.when("task:DueDate", "t:DueDate", lid(0x8105))?;
        let complete = self.props.bool(lid(0x811C)).unwrap_or(false);
        self.flag("task:IsComplete", "t:IsComplete", complete)?;
        if self.asks("task:PercentComplete")
            && let Some(Value::F64(part)) = self.props.get(lid(0x8102))
        {
            self.xml.element("t:PercentComplete", &[], &(part * 100.0).to_string())?;
        }
        self.when("task:StartDate", "t:StartDate", lid(0x8104))?;
        if self.asks("task:Status") {
            let status = ["NotStarted", "InProgress", "Completed", "WaitingOnOthers", "Deferred"];
            let number = self.props.integer(lid(0x8101)).unwrap_or(0);
            let number = usize::try_from(number).unwrap_or(0);
            self.xml.element(
                "t:Status",
                &[],
                status.get(number).copied().unwrap_or("NotStarted"),
            )?;
        }
        Ok(())
    }

    fn post(&mut self) -> Result<()> {
        self.binary("postitem:ConversationIndex", "t:ConversationIndex", tags::CONVERSATION_INDEX)?;
        self.text("message:ConversationTopic", "t:ConversationTopic", tags::CONVERSATION_TOPIC)?;
        self.person("message:From", "t:From", FROM)?;
        let id = tags::INTERNET_MESSAGE_ID;
        self.text("message:InternetMessageId", "t:InternetMessageId", id)?;
        self.flag("message:IsRead", "t:IsRead", self.view.record.item.is_read())?;
        if self.asks("postitem:PostedTime")
            && let Some(posted) = self.props.time(tags::SUBMIT_TIME)
        {
            self.xml.element("t:PostedTime", &[], &time(posted))?;
        }
        self.text("message:References", "t:References", tags::INTERNET_REFERENCES)
    }

    fn person(&mut self, uri: &str, element: &str, from: [Tag; 4]) -> Result<()> {
        if !self.asks(uri) {
            return Ok(());
        }
        let [name, smtp, address, kind] = from.map(|tag| self.props.text(tag));
        if name.is_none() && smtp.is_none() && address.is_none() {
            return Ok(());
        }
        self.xml.start(element, &[])?;
        mailbox(self.xml, name, smtp, address, kind)?;
        self.xml.end(element)
    }

    fn recipients(&mut self, uri: &str, element: &str, kind: i64) -> Result<()> {
        if self.detail == Detail::List || !self.asks(uri) {
            return Ok(());
        }
        let recipients: Vec<_> = self
            .view
            .record
            .item
            .recipients
            .iter()
            .filter(|one| one.integer(tags::RECIPIENT_TYPE).map(|kind| kind & 0xF) == Some(kind))
            .collect();
        if recipients.is_empty() {
            return Ok(());
        }
        self.xml.start(element, &[])?;
        for one in recipients {
            mailbox(
                self.xml,
                one.text(tags::DISPLAY_NAME),
                one.text(tags::SMTP_ADDRESS),
                one.text(tags::EMAIL_ADDRESS),
                one.text(tags::ADDRESS_TYPE),
            )?;
        }
        self.xml.end(element)
    }
}

const SENDER: [Tag; 4] =
    [tags::SENDER_NAME, tags::SENDER_SMTP_ADDRESS, tags::SENDER_ADDRESS, tags::SENDER_ADDRESS_TYPE];
const FROM: [Tag; 4] = [
    tags::SENT_REPRESENTING_NAME,
    tags::SENT_REPRESENTING_SMTP_ADDRESS,
    tags::SENT_REPRESENTING_ADDRESS,
    tags::SENT_REPRESENTING_ADDRESS_TYPE,
];

fn mailbox(
    xml: &mut Xml,
    name: Option<&str>,
    smtp: Option<&str>,
    address: Option<&str>,
    kind: Option<&str>,
) -> Result<()> {
    xml.start("t:Mailbox", &[])?;
    if let Some(name) = name {
        xml.element("t:Name", &[], name)?;
    }
    let kind = if smtp.is_some() { "SMTP" } else { kind.unwrap_or("SMTP") };
    if let Some(address) = smtp.or(address).filter(|address| !address.is_empty()) {
        xml.element("t:EmailAddress", &[], address)?;
        xml.element("t:RoutingType", &[], if kind.is_empty() { "SMTP" } else { kind })?;
    }
    xml.end("t:Mailbox")
}
