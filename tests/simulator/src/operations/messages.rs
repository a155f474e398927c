//! The envelope of an answer and its response messages.

use std::io::Result;

use crate::faults::{ItemFault, Plan};
use crate::server::ReplySink;
use crate::soap::names::{MESSAGES, SOAP, TYPES};
use crate::soap::write::XmlWriter;

use super::call::{Failure, ItemError};

/// The writer operations get.
pub(super) type Xml = XmlWriter<ReplySink>;

/// What the schema wants behind the error of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    Nothing,
    /// An empty `m:Items`.
    Items,
    /// The end of a sync: empty state, last item.
    SyncItems,
    /// The same for folders.
    SyncFolders,
}

/// Numbers of one answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) items: u64,
    pub(super) errors: u64,
    pub(super) bytes: u64,
}

/// Writes response messages in order.
#[derive(Debug)]
pub(super) struct Messages<'a> {
    xml: Xml,
    operation: &'static str,
    element: String,
    plan: &'a Plan,
    index: usize,
    stopped: bool,
    errors: u64,
}

/// Build of Exchange Online the simulator claims to be; `Version` is what it really answers
/// ([GH office-js#4124]).
const VERSION_INFO: &[(&str, &str)] = &[
    ("MajorVersion", "15"),
    ("MinorVersion", "20"),
    ("MajorBuildNumber", "8699"),
    ("MinorBuildNumber", "15"),
    ("Version", "V2018_01_08"),
    ("xmlns:h", TYPES),
];

impl<'a> Messages<'a> {
    /// Writes the head of the answer.
    pub(super) fn begin(sink: ReplySink, operation: &'static str, plan: &'a Plan) -> Result<Self> {
        let mut xml = XmlWriter::new(sink);
        xml.declaration()?;
        xml.start("s:Envelope", &[("xmlns:s", SOAP)])?;
        xml.start("s:Header", &[])?;
        xml.empty("h:ServerVersionInfo", VERSION_INFO)?;
        xml.end("s:Header")?;
        xml.start("s:Body", &[])?;
        let response = format!("m:{operation}Response");
        xml.start(&response, &[("xmlns:m", MESSAGES), ("xmlns:t", TYPES)])?;
        xml.start("m:ResponseMessages", &[])?;
        let element = format!("{response}Message");
        Ok(Self { xml, operation, element, plan, index: 0, stopped: false, errors: 0 })
    }

    /// Places of a batch in the order they are answered.
    pub(super) fn order(&self, count: usize) -> impl Iterator<Item = usize> + use<> {
        let turn = usize::from(self.plan.wrong_positions());
        (0..count).map(move |index| (index + turn) % count)
    }

    /// Does the work for the next item and answers it.
    ///
    /// # Errors
    /// Only if the client has gone; an [`ItemError`] is answered.
    pub(super) fn answer<T>(
        &mut self,
        tail: Tail,
        work: impl FnOnce(&ItemFault) -> std::result::Result<T, ItemError>,
        write: impl FnOnce(&mut Xml, T, &ItemFault) -> Result<()>,
    ) -> std::result::Result<(), Failure> {
        let fault = self.plan.item(self.index);
        self.index += 1;
        if self.stopped {
            const TEXT: &str =
                "The specified batch was stopped and later items were not processed.";
            let stop = ItemError::new("ErrorBatchProcessingStopped", TEXT);
            return Ok(self.refuse("Warning", &stop, tail)?);
        }
        if let Some((code, text)) = &fault.error {
            if fault.executed {
                // The outcome is what the injected error hides.
                let _ = work(&fault);
            }
            self.stopped = fault.stops_batch;
            let error = ItemError { code: code.clone().into(), text: text.clone().into() };
            return Ok(self.refuse("Error", &error, tail)?);
        }
        match work(&fault) {
            Ok(done) => {
                self.xml.start(&self.element, &[("ResponseClass", "Success")])?;
                self.xml.element("m:ResponseCode", &[], "NoError")?;
                write(&mut self.xml, done, &fault)?;
                self.xml.end(&self.element)?;
                Ok(())
            }
            Err(error) => Ok(self.refuse("Error", &error, tail)?),
        }
    }

    fn refuse(&mut self, class: &str, error: &ItemError, tail: Tail) -> Result<()> {
        self.errors += 1;
        let xml = &mut self.xml;
        xml.start(&self.element, &[("ResponseClass", class)])?;
        xml.element("m:MessageText", &[], &error.text)?;
        xml.element("m:ResponseCode", &[], &error.code)?;
        xml.element("m:DescriptiveLinkKey", &[], "0")?;
        match tail {
            Tail::Nothing => {}
            Tail::Items => xml.empty("m:Items", &[])?,
            Tail::SyncItems => {
                xml.empty("m:SyncState", &[])?;
                xml.element("m:IncludesLastItemInRange", &[], "true")?;
            }
            Tail::SyncFolders => {
                xml.empty("m:SyncState", &[])?;
                xml.element("m:IncludesLastFolderInRange", &[], "true")?;
            }
        }
        xml.end(&self.element)
    }

    /// The numbers so far.
    pub(super) fn tally(&mut self) -> Tally {
        let bytes = self.xml.get_mut().written();
        Tally { items: self.index as u64, errors: self.errors, bytes }
    }

    /// Writes the end of the answer.
    pub(super) fn end(mut self) -> Result<ReplySink> {
        self.xml.end("m:ResponseMessages")?;
        self.xml.end(&format!("m:{}Response", self.operation))?;
        self.xml.end("s:Body")?;
        self.xml.end("s:Envelope")?;
        Ok(self.xml.into_inner())
    }
}
