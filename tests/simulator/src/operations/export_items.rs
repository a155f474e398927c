//! ExportItems: each item as its FastTransfer blob ([ED exportitems-operation.md]).
//!
//! A blob is made and encoded piece by piece, so its size costs no memory here.

use std::io::Result;

use base64::Engine;
use bytes::{Bytes, BytesMut};

use crate::fasttransfer::Export;
use crate::faults::{DataFault, ItemFault};
use crate::mailbox::{Deletion, Record};
use crate::soap::base64_stream::BASE64;
use crate::soap::node::Node;

use super::call::{Call, Failure};
use super::ids;
use super::messages::{Messages, Tail, Xml};

/// What ends data that the service lost ([ED exportitems-operation.md]).
const MARKER: &[u8] = b"=== Truncated Data ===";

/// One message per item id.
pub(super) fn run(
    call: &Call<'_>,
    request: &Node,
    messages: &mut Messages<'_>,
) -> std::result::Result<(), Failure> {
    let nodes = request.children_of("ItemIds");
    for index in messages.order(nodes.len()) {
        messages.answer(
            Tail::Nothing,
            |fault| {
                let mut mailbox = call.account.mailbox();
                let item = ids::item(&mailbox, &nodes[index])?;
                if fault.vanished {
                    mailbox.delete_item(item, Deletion::Hard)?;
                }
                let record = mailbox.item(item)?;
                // The id comes back in another spelling: pairs are made by position
                // ([GH ews-managed-api#46]).
                let id = mailbox.item_id_respelt(item);
                let key = mailbox.item_change_key(&record.listed, record.item.class());
                Ok((record, id, key))
            },
            |xml, (record, id, key), fault| {
                if fault.without_content {
                    return Ok(());
                }
                xml.empty("m:ItemId", &[("Id", &id), ("ChangeKey", &key)])?;
                xml.start("m:Data", &[])?;
                data(xml, &record, fault)?;
                xml.end("m:Data")
            },
        )?;
    }
    Ok(())
}

fn data(xml: &mut Xml, record: &Record, fault: &ItemFault) -> Result<()> {
    let export = Export::new(&record.item);
    let half = export.len() / 2;
    let mut export = export.peekable();
    let mut encoder = Encoder::default();
    let mut sent = 0;
    while let Some(chunk) = export.next() {
        let last = export.peek().is_none();
        match fault.data {
            Some(DataFault::Short) if last => break,
            Some(DataFault::Marker { whole }) if sent + chunk.len() as u64 > half => {
                encoder.push(xml, &chunk[..chunk.len() / 2])?;
                xml.raw(MARKER)?;
                if whole {
                    xml.get_mut().end_here();
                }
                return Ok(());
            }
            _ => {}
        }
        sent += chunk.len() as u64;
        encoder.push(xml, &chunk)?;
    }
    encoder.finish(xml, fault.data == Some(DataFault::CutBase64))
}

/// Base64 over borders of pieces.
#[derive(Debug, Default)]
struct Encoder {
    held: BytesMut,
    text: String,
}

impl Encoder {
    fn push(&mut self, xml: &mut Xml, piece: &[u8]) -> Result<()> {
        self.held.extend_from_slice(piece);
        let whole = self.held.len() / 3 * 3;
        let ready: Bytes = self.held.split_to(whole).freeze();
        self.text.clear();
        BASE64.encode_string(&ready, &mut self.text);
        xml.raw(self.text.as_bytes())
    }

    fn finish(mut self, xml: &mut Xml, cut: bool) -> Result<()> {
        self.text.clear();
        BASE64.encode_string(&self.held, &mut self.text);
        if cut {
            // One character too many: no group of four.
            self.text.push('A');
        }
        xml.raw(self.text.as_bytes())
    }
}
