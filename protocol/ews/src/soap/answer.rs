//! An answer being read: envelope, body, response messages.

use bytes::Bytes;
use longhaul_core::Timestamp;

use crate::error::Error;
use crate::soap::{Message, fault};
use crate::xml::{self, Document, Element, Ns, Source, Start};
use crate::{ServerVersion, limits};

/// An answer, read up to the first element of its body.
pub(crate) struct Answer {
    document: Document,
    request_id: String,
    version: Option<ServerVersion>,
    date: Option<Timestamp>,
}

impl Answer {
    /// Reads the envelope up to the first element of its body.
    ///
    /// # Errors
    ///
    /// The fault, if the body is one; otherwise what is wrong with the answer.
    pub(crate) async fn open(source: Source, request_id: String) -> Result<Self, Error> {
        let document = Document::new(source);
        let mut answer = Self { document, request_id, version: None, date: None };
        answer
            .open_body()
            .await
            .map_err(|error| error.with_request_id(Some(&answer.request_id)))?;
        Ok(answer)
    }

    async fn open_body(&mut self) -> Result<(), Error> {
        match self.document.child().await? {
            Some(root) if root.is(Ns::Soap, "Envelope") => {}
            _ => return Err(Error::malformed("it is no SOAP envelope")),
        }
        while let Some(part) = self.document.child().await? {
            if part.is(Ns::Soap, "Header") {
                let header = self.document.tree(part).await?;
                self.version = header.child("ServerVersionInfo").and_then(version);
            } else if part.is(Ns::Soap, "Body") {
                let Some(first) = self.document.child().await? else {
                    break;
                };
                if first.is(Ns::Soap, "Fault") {
                    return Err(fault::error(&self.document.tree(first).await?));
                }
                return Ok(());
            } else {
                self.document.skip().await?;
            }
        }
        Err(Error::malformed("its body is empty"))
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The version the server says it has.
    pub(crate) fn version(&self) -> Option<&ServerVersion> {
        self.version.as_ref()
    }

    /// The same with the service's time.
    pub(crate) fn dated(self, date: Option<Timestamp>) -> Self {
        Self { date, ..self }
    }

    /// When the service says that it answered, on its own clock.
    pub(crate) const fn date(&self) -> Option<Timestamp> {
        self.date
    }

    /// Steps into the list of response messages.
    pub(crate) async fn open_messages(&mut self) -> Result<(), Error> {
        while let Some(start) = self.child().await? {
            if start.is(Ns::Messages, "ResponseMessages") {
                return Ok(());
            }
            self.skip().await?;
        }
        Err(self.malformed("it holds no response messages"))
    }

    /// Opens the next response message.
    pub(crate) async fn message(&mut self) -> Result<Option<Message>, Error> {
        Ok(self.child().await?.map(|start| Message::new(&start)))
    }

    /// Opens the next element of `message` that belongs to the operation, having read those that
    /// say how it went; `None` once the message is closed.
    pub(crate) async fn part(&mut self, message: &mut Message) -> Result<Option<Start>, Error> {
        while let Some(start) = self.child().await? {
            if start.ns != Ns::Messages {
                self.skip().await?;
                continue;
            }
            match start.name.as_str() {
                "MessageText" => message.text = Some(self.text().await?),
                "ResponseCode" => message.code = Some(self.text().await?.trim().to_owned()),
                "MessageXml" => {
                    let values = self.tree(start).await?;
                    message.values = super::message::Values::read(&values);
                }
                "DescriptiveLinkKey" => self.skip().await?,
                _ => return Ok(Some(start)),
            }
        }
        Ok(None)
    }

    /// Opens the next child of the open element.
    pub(crate) async fn child(&mut self) -> Result<Option<Start>, Error> {
        self.document.child().await.map_err(|error| self.failed(error))
    }

    pub(crate) async fn tree(&mut self, start: Start) -> Result<Element, Error> {
        self.document.tree(start).await.map_err(|error| self.failed(error))
    }

    pub(crate) async fn text(&mut self) -> Result<String, Error> {
        self.limited_text(limits::TEXT_BYTES).await
    }

    pub(crate) async fn sync_state(&mut self) -> Result<String, Error> {
        Ok(self.limited_text(limits::SYNC_STATE_BYTES).await?.trim().to_owned())
    }

    pub(crate) async fn skip(&mut self) -> Result<(), Error> {
        self.document.skip().await.map_err(|error| self.failed(error))
    }

    /// See [`Document::piece`].
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        self.document.piece().await.map_err(|error| self.failed(error))
    }

    /// Reads to the end of the answer. Only then is it known to be whole.
    pub(crate) async fn finish(&mut self) -> Result<(), Error> {
        self.document.finish().await.map_err(|error| self.failed(error))
    }

    async fn limited_text(&mut self, limit: usize) -> Result<String, Error> {
        self.document.text(limit).await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: xml::Error) -> Error {
        Error::from(error).with_request_id(Some(&self.request_id))
    }

    pub(crate) fn malformed(&self, what: impl Into<String>) -> Error {
        Error::malformed(what).with_request_id(Some(&self.request_id))
    }
}

impl From<xml::Error> for Error {
    fn from(error: xml::Error) -> Self {
        match error {
            xml::Error::Cut(what) => Self::cut(&what),
            xml::Error::Truncated => Self::truncated(),
            other => Self::malformed(other.to_string()),
        }
    }
}

fn version(info: &Element) -> Option<ServerVersion> {
    let number = |name| info.attribute(name)?.parse().ok();
    Some(ServerVersion {
        major: number("MajorVersion")?,
        minor: number("MinorVersion")?,
        build: number("MajorBuildNumber")?,
        revision: number("MinorBuildNumber")?,
        schema: info.attribute("Version").map(str::to_owned),
    })
}
