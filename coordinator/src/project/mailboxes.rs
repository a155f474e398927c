//! Mailbox pairs from a CSV file with the header `source,destination,batch`.

use csv::{ReaderBuilder, StringRecord, Trim};
use longhaul_core::{Code, code};
use longhaul_settings::unknown_key;

use super::read::ProjectReader;
use super::{Mistake, Pair, Place};

const COLUMNS: &[&str] = &["source", "destination", "batch"];

/// Where the columns stand.
struct Header {
    source: usize,
    destination: usize,
    batch: Option<usize>,
}

impl ProjectReader<'_> {
    /// Adds the pairs of the CSV file `name`, whose content is `bytes`. Every bad line is
    /// reported with its number; the others are still read.
    pub(super) fn csv(&mut self, name: &str, bytes: &[u8], pairs: &mut Vec<Pair>) {
        // Spreadsheets write a byte order mark.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(bytes);
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                return self.csv_mistake(name, 1, "", code::FILE_UNREADABLE, &error.to_string());
            }
        };
        let Some(header) = self.csv_header(name, &header) else {
            return;
        };
        let mut record = StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => return,
                Ok(true) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    pairs.push(header.pair(&record));
                    self.mailbox_places.push(csv_place(name, line));
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    let text = match error.kind() {
                        csv::ErrorKind::Utf8 { .. } => "not valid UTF-8".to_owned(),
                        _ => error.to_string(),
                    };
                    self.csv_mistake(name, line, "", code::FILE_UNREADABLE, &text);
                    if error.is_io_error() {
                        return;
                    }
                }
            }
        }
    }

    fn csv_header(&mut self, file: &str, header: &StringRecord) -> Option<Header> {
        let before = self.keys.mistakes.len();
        for name in header.iter().filter(|name| !COLUMNS.contains(name)) {
            self.csv_mistake(
                file,
                1,
                &in_column(name),
                code::UNKNOWN_KEY,
                &unknown_key(name, COLUMNS),
            );
        }
        let find = |column: &str| header.iter().position(|name| name == column);
        let found = (find("source"), find("destination"), find("batch"));
        for (column, index) in [("source", found.0), ("destination", found.1)] {
            if index.is_none() {
                let text = "missing in the header, which must be `source,destination,batch`";
                self.csv_mistake(file, 1, &in_column(column), code::MISSING_KEY, text);
            }
        }
        if self.keys.mistakes.len() > before {
            return None;
        }
        Some(Header { source: found.0?, destination: found.1?, batch: found.2 })
    }

    fn csv_mistake(&mut self, file: &str, line: u64, key: &str, code: Code, text: &str) {
        self.keys.mistakes.push(Mistake::new(key, code, text).at(csv_place(file, line)));
        self.mailboxes_unread = true;
    }

    /// The same mistake with its place, and with the name its key has there.
    pub(super) fn located(&self, mistake: Mistake) -> Mistake {
        let mailbox = mistake.key.strip_prefix("mailboxes[").and_then(|rest| rest.split_once("]."));
        let csv = mailbox.and_then(|(index, column)| {
            let place = self.mailbox_places.get(index.parse::<usize>().ok()?)?;
            matches!(place, Place::File(file, _) if file != self.keys.file)
                .then_some((place, column))
        });
        match csv {
            Some((place, column)) => {
                Mistake { key: in_column(column), ..mistake }.at(place.clone())
            }
            None => {
                let place = self.keys.place(&mistake.key);
                mistake.at(place)
            }
        }
    }
}

fn in_column(name: &str) -> String {
    format!("column {name}")
}

impl Header {
    fn pair(&self, record: &StringRecord) -> Pair {
        let field = |index: usize| record.get(index).unwrap_or_default().to_owned();
        Pair {
            source: field(self.source),
            destination: field(self.destination),
            batch: self.batch.map(field).filter(|batch| !batch.is_empty()),
        }
    }
}

fn csv_place(file: &str, line: u64) -> Place {
    Place::File(file.to_owned(), usize::try_from(line).ok().filter(|line| *line > 0))
}
